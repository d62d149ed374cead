// SPDX-License-Identifier: MIT
// On the emulators at hand a CPU really serves translations that were taken away and that nobody told
// it of (with small pages: the tests mean most with directmap.leaf=4K).
#include "kernel/base/events.hpp"
#include "kernel/sched/sched.hpp"
#include "kernel/smp/cpus.hpp"
#include "kernel/test/test.hpp"
#include "mm/memory.hpp"

#include <arch/cpu.hpp>
#include <arch/probe.hpp>

#include <atomic>
#include <span>

using namespace kernel;

namespace {

bool readable(mm::PhysAddr address) {
    std::byte byte{};
    return arch::probe_read(mm::DirectMap::virt(address), std::span(&byte, 1)) == 1;
}

/// A page that comes and goes, and what a CPU that reads it all the time sees.
struct Watch {
    mm::PhysRange page{};
    std::atomic<bool> gone{false};
    std::atomic<bool> stop{false};
    std::atomic<uint64_t> reads{0}; ///< of the page while it was there
    std::atomic<uint64_t> misses{0}; ///< while it was away
    std::atomic<uint64_t> stale{0}; ///< reads after it had been taken away
};

void watch(void* argument) {
    auto& shared = *static_cast<Watch*>(argument);
    while (!shared.stop.load()) {
        const bool gone_before = shared.gone.load();
        const bool read = readable(shared.page.begin);
        // Both looks: the page may come back between the first and the read.
        if (gone_before && shared.gone.load())
            ++(read ? shared.stale : shared.misses);
        else if (read)
            ++shared.reads;
        arch::pause();
    }
}

void wait_until_more(const std::atomic<uint64_t>& count) {
    const uint64_t before = count.load();
    while (count.load() < before + 2)
        static_cast<void>(sleep_for(milliseconds(1)));
}

/// Takes a page of its own out of the direct map and back, many times.
struct Flusher {
    mm::PhysRange page{};
    unsigned rounds = 0;
    std::atomic<unsigned> failures{0};
};

void flush_often(void* argument) {
    auto& job = *static_cast<Flusher*>(argument);
    mm::DirectMap& map = memory().direct_map();
    for (unsigned i = 0; i < job.rounds; ++i) {
        if (!map.remove(job.page)) {
            ++job.failures;
            return;
        }
        if (readable(job.page.begin))
            ++job.failures;
        map.restore(job.page);
    }
}

} // namespace

LACUNA_TEST("smp.shootdown", "what is taken out of the direct map is gone on every CPU") {
    if (smp::online_count() < 2)
        SKIP("needs two CPUs");
    auto block = memory().alloc_pages(mm::order_2m, mm::Zero::No);
    REQUIRE(block.has_value());
    Watch shared{.page = mm::PhysRange::of(block->first() + mm::PageCount{7}, mm::order_4k)};
    auto watcher = spawn({.name = "watch", .function = &watch, .argument = &shared, .cpu = 1});
    REQUIRE(watcher.has_value());
    const auto before = snapshot_events();
    for (unsigned round = 0; round < 20; ++round) {
        wait_until_more(shared.reads);
        const auto removed = memory().direct_map().remove(shared.page);
        CHECK(removed.has_value());
        shared.gone.store(true);
        while (shared.misses.load() + shared.stale.load() < (round + 1) * 2)
            static_cast<void>(sleep_for(milliseconds(1)));
        shared.gone.store(false);
        memory().direct_map().restore(shared.page);
    }
    shared.stop.store(true);
    static_cast<void>(join(**watcher));
    CHECK(shared.stale.load() == 0);
    CHECK(snapshot_events().since(before)[Event::IpisSent] >= 20);
}

LACUNA_TEST("smp.shootdown", "CPUs that flush at each other all get through") {
    const unsigned cpus = smp::online_count();
    if (cpus < 2)
        SKIP("needs two CPUs");
    auto block = memory().alloc_pages(mm::order_2m, mm::Zero::No);
    REQUIRE(block.has_value());
    std::array<Flusher, arch::max_cpus> jobs{};
    std::array<TaskRef, arch::max_cpus> tasks{};
    for (unsigned cpu = 0; cpu < cpus; ++cpu) {
        jobs[cpu].page = mm::PhysRange::of(block->first() + mm::PageCount{cpu}, mm::order_4k);
        jobs[cpu].rounds = 200;
        auto task = spawn({.name = "flusher", .function = &flush_often, .argument = &jobs[cpu], .cpu = cpu});
        REQUIRE(task.has_value());
        tasks[cpu] = std::move(*task);
    }
    for (unsigned cpu = 0; cpu < cpus; ++cpu) {
        CHECK(join(*tasks[cpu]).has_value());
        CHECK(jobs[cpu].failures.load() == 0);
    }
}
