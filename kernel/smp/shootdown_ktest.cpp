// SPDX-License-Identifier: MIT
// On the emulators at hand a CPU really serves translations that were taken away and that nobody told
// it of (with small pages: the tests mean most with directmap.leaf=4K).
#include "kernel/base/events.hpp"
#include "kernel/sched/sched.hpp"
#include "kernel/smp/cpus.hpp"
#include "kernel/smp/shootdown.hpp"
#include "kernel/test/test.hpp"
#include "mm/domain/domain.hpp"
#include "mm/memory.hpp"
#include "mm/testing/system.hpp"

#include <arch/cpu.hpp>
#include <arch/irq.hpp>
#include <arch/probe.hpp>

#include <atomic>
#include <span>

using namespace kernel;

namespace {

bool readable(mm::VirtAddr address) {
    std::byte byte{};
    return arch::probe_read(address, std::span(&byte, 1)) == 1;
}

/// A page that comes and goes, and what a CPU that reads it all the time sees.
struct Watch {
    mm::VirtAddr page{};
    std::atomic<bool> gone{false};
    std::atomic<bool> stop{false};
    std::atomic<uint64_t> reads{0};  ///< of the page while it was there
    std::atomic<uint64_t> misses{0}; ///< while it was away
    std::atomic<uint64_t> stale{0};  ///< reads after it had been taken away
};

void look(Watch& shared) {
    const bool gone_before = shared.gone.load();
    const bool read = readable(shared.page);
    // Both looks: the page may come back between the first and the read.
    if (gone_before && shared.gone.load())
        ++(read ? shared.stale : shared.misses);
    else if (read)
        ++shared.reads;
    arch::pause();
}

void watch(void* argument) {
    auto& shared = *static_cast<Watch*>(argument);
    while (!shared.stop.load()) look(shared);
}

/// The same in a domain's address space. With interrupts off, because a tick catches up with what the
/// CPU was not told of; so it takes what it is told by itself.
struct WindowWatch : Watch {
    mm::AddressSpaceCache* spaces = nullptr;
    mm::Domain* sender = nullptr;
    mm::Domain* receiver = nullptr;
    mm::Pfn packet{};
    std::atomic<unsigned> failures{0};
};

void watch_window(void* argument) {
    auto& shared = *static_cast<WindowWatch*>(argument);
    const mm::testing::Inside inside(*shared.spaces, *shared.sender);
    const arch::IrqGuard no_tick;
    while (!shared.stop.load()) {
        smp::shootdown().answer();
        look(shared);
    }
}

void wait_until_more(const std::atomic<uint64_t>& count) {
    const uint64_t before = count.load();
    while (count.load() < before + 2) static_cast<void>(sleep_for(milliseconds(1)));
}

void wait_until_looked(const Watch& shared) {
    const uint64_t before = shared.misses.load() + shared.stale.load();
    while (shared.misses.load() + shared.stale.load() < before + 2) static_cast<void>(sleep_for(milliseconds(1)));
}

/// Sends a packet there and back, while the sender's window is watched. On another CPU than the watch,
/// which neither switches tasks nor has ticks.
void move_packet(void* argument) {
    auto& shared = *static_cast<WindowWatch*>(argument);
    static constexpr mm::TransitTag tag{1};
    const auto move = [&shared](mm::Domain& from, mm::Domain& to) {
        if (!from.disown(shared.packet, tag) || !to.adopt(shared.packet, tag)) ++shared.failures;
    };
    for (unsigned round = 0; round < 10; ++round) {
        wait_until_more(shared.reads);
        move(*shared.sender, *shared.receiver);
        shared.gone.store(true);
        wait_until_looked(shared);
        shared.gone.store(false);
        move(*shared.receiver, *shared.sender);
    }
    shared.stop.store(true);
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
        if (readable(mm::DirectMap::virt(job.page.begin))) ++job.failures;
        map.restore(job.page);
    }
}

} // namespace

LACUNA_TEST("smp.shootdown", "what is taken out of the direct map is gone on every CPU") {
    if (smp::online_count() < 2) SKIP("needs two CPUs");
    auto block = memory().alloc_pages(mm::order_2m, mm::Zero::No);
    REQUIRE(block.has_value());
    const mm::PhysRange page = mm::PhysRange::of(block->first() + mm::PageCount{7}, mm::order_4k);
    Watch shared{.page = mm::DirectMap::virt(page.begin)};
    auto watcher = spawn({.name = "watch", .function = &watch, .argument = &shared, .cpu = 1});
    REQUIRE(watcher.has_value());
    const auto before = snapshot_events();
    for (unsigned round = 0; round < 20; ++round) {
        wait_until_more(shared.reads);
        const auto removed = memory().direct_map().remove(page);
        CHECK(removed.has_value());
        shared.gone.store(true);
        wait_until_looked(shared);
        shared.gone.store(false);
        memory().direct_map().restore(page);
    }
    shared.stop.store(true);
    static_cast<void>(join(**watcher));
    CHECK(shared.stale.load() == 0);
    CHECK(snapshot_events().since(before)[Event::IpisSent] >= 20);
}

LACUNA_TEST("smp.shootdown", "a packet that was taken over is gone on every CPU that has its sender's window") {
    if (smp::online_count() < 2) SKIP("needs two CPUs");
    if (!mm::detaches(memory().placements().scheme)) SKIP("nothing is isolated with isolation=none");
    mm::testing::System system;
    auto sender = mm::Domain::create(memory(), mm::DomainKind::Net, "sender");
    auto receiver = mm::Domain::create(memory(), mm::DomainKind::Net, "receiver");
    REQUIRE(sender.has_value());
    REQUIRE(receiver.has_value());
    const auto pfn = (*sender)->alloc_block(mm::order_4k, mm::Zero::No, mm::FrameState::Exclusive);
    REQUIRE(pfn.has_value());
    WindowWatch shared;
    shared.page = mm::VirtAddr{reinterpret_cast<uintptr_t>((*sender)->frame_ptr(*pfn))};
    shared.spaces = &system.spaces();
    shared.sender = sender->get();
    shared.receiver = receiver->get();
    shared.packet = *pfn;
    auto mover = spawn({.name = "move", .function = &move_packet, .argument = &shared, .cpu = 0});
    REQUIRE(mover.has_value());
    auto watcher = spawn({.name = "watch", .function = &watch_window, .argument = &shared, .cpu = 1});
    ensure(watcher.has_value(), "no task to watch with"); // the other one would wait for ever
    CHECK(join(**watcher).has_value());
    CHECK(join(**mover).has_value());
    CHECK(shared.failures.load() == 0);
    CHECK(shared.misses.load() > 0);
    CHECK(shared.stale.load() == 0);
    (*sender)->free_block(*pfn);
}

LACUNA_TEST("smp.shootdown", "CPUs that flush at each other all get through") {
    const unsigned cpus = smp::online_count();
    if (cpus < 2) SKIP("needs two CPUs");
    auto block = memory().alloc_pages(mm::order_2m, mm::Zero::No);
    REQUIRE(block.has_value());
    std::array<Flusher, arch::max_cpus> jobs{};
    std::array<TaskRef, arch::max_cpus> tasks{};
    for (unsigned cpu = 0; cpu < cpus; ++cpu) {
        jobs[cpu].page = mm::PhysRange::of(block->first() + mm::PageCount{cpu}, mm::order_4k);
        jobs[cpu].rounds = 800 / cpus; // each of which takes all of them
        auto task = spawn({.name = "flusher", .function = &flush_often, .argument = &jobs[cpu], .cpu = cpu});
        REQUIRE(task.has_value());
        tasks[cpu] = std::move(*task);
    }
    for (unsigned cpu = 0; cpu < cpus; ++cpu) {
        CHECK(join(*tasks[cpu]).has_value());
        CHECK(jobs[cpu].failures.load() == 0);
    }
}
