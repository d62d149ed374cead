// SPDX-License-Identifier: MIT
// The allocators, used by several CPUs at once: on the host a CPU is a thread, so their races are real.
#include <array>
#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "kernel/test/test.hpp"
#include "mm/testing/host_cpus.hpp"
#include "mm/testing/system.hpp"

namespace {

using mm::Domain;
using mm::DomainKind;
using mm::Memory;
using mm::testing::HostCpus;
using mm::testing::HostSystem;
using mm::testing::Inside;
using mm::testing::Random;

constexpr unsigned cpus = 4;
constexpr unsigned operations = 4000;

/// A live block and what its owner wrote all over it.
struct Block {
    std::byte* address = nullptr;
    std::size_t bytes = 0;
    std::byte stamp{};

    bool intact() const {
        for (std::size_t i = 0; i < bytes; ++i)
            if (address[i] != stamp) return false;
        return true;
    }
};

/// Replaces random blocks by others, and counts those in which somebody else has written.
template <class Alloc, class Free>
unsigned count_broken(unsigned cpu, Alloc alloc, Free free) {
    Random random(cpu + 1);
    std::array<Block, 64> blocks{};
    unsigned broken = 0;
    const auto drop = [&](Block& block) {
        if (!block.intact()) ++broken;
        free(block.address);
        block = {};
    };
    for (unsigned i = 0; i < operations; ++i) {
        Block& block = blocks[random.below(blocks.size())];
        drop(block);
        const std::size_t bytes = 1 + random.below(random.below(8) == 0 ? 20'000 : 2000);
        const auto taken = alloc(bytes);
        if (!taken) continue;
        block = {static_cast<std::byte*>(*taken), bytes, static_cast<std::byte>(cpu * 64 + i % 64)};
        std::memset(block.address, std::to_integer<int>(block.stamp), bytes);
    }
    for (Block& block : blocks) drop(block);
    return broken;
}

/// Runs `work(cpu)`, which returns a count, on every CPU at once; the sum.
template <class Work>
unsigned on_all_cpus(Memory& memory, Work work) {
    std::atomic<unsigned> sum{0};
    std::atomic<unsigned> ready{0};
    std::vector<std::thread> threads;
    for (unsigned cpu = 0; cpu < cpus; ++cpu) {
        threads.emplace_back([&, cpu] {
            arch::host::set_cpu(cpu);
            // Nobody begins before all are here, or the first would be done before the last is made.
            for (++ready; ready < cpus;) arch::pause();
            sum += work(cpu);
            memory.reclaim(); // this CPU's lists and magazines
        });
    }
    for (std::thread& thread : threads) thread.join();
    memory.reclaim();
    return sum;
}

LACUNA_TEST("mm.concurrency", "a CPU is a thread of its own") {
    HostSystem system;
    const HostCpus started(system, cpus);
    std::array<std::atomic<unsigned>, cpus> visits{};
    on_all_cpus(system.memory, [&](unsigned) {
        ++visits[arch::cpu_id()];
        return 0u;
    });
    for (const auto& count : visits) CHECK(count == 1);
}

LACUNA_TEST("mm.concurrency", "shared memory is nobody's twice, and all comes back") {
    HostSystem system;
    const HostCpus started(system, cpus);
    Memory& memory = system.memory;
    memory.reclaim();
    const mm::PageCount before = memory.free_frames();
    const unsigned broken = on_all_cpus(memory, [&](unsigned cpu) {
        return count_broken(
            cpu, [&](std::size_t bytes) { return memory.kmalloc(bytes); },
            [&](void* address) { memory.kfree(address); });
    });
    CHECK(broken == 0);
    // What the magazines themselves take stays, one slab at most for each CPU and class.
    CHECK(before.raw() - memory.free_frames().raw() <= cpus * mm::SizeClasses::count);
}

LACUNA_TEST("mm.concurrency", "one domain's memory is used from all CPUs, and all comes back with it") {
    HostSystem system;
    const HostCpus started(system, cpus);
    Memory& memory = system.memory;
    {
        auto made = Domain::create(memory, DomainKind::Net, "red");
        REQUIRE(made.has_value());
        Domain& red = **made;
        const unsigned broken = on_all_cpus(memory, [&](unsigned cpu) {
            const Inside inside(system.spaces, red);
            return count_broken(
                cpu, [&](std::size_t bytes) { return red.kmalloc(bytes); }, [&](void* address) { red.kfree(address); });
        });
        CHECK(broken == 0);
    }
    memory.reclaim();
    const mm::PageCount before = memory.free_frames();
    {
        auto made = Domain::create(memory, DomainKind::Net, "blue");
        REQUIRE(made.has_value());
        const unsigned broken = on_all_cpus(memory, [&](unsigned cpu) {
            const Inside inside(system.spaces, **made);
            return count_broken(
                cpu, [&](std::size_t bytes) { return (*made)->kmalloc(bytes); },
                [&](void* address) { (*made)->kfree(address); });
        });
        CHECK(broken == 0);
    }
    memory.reclaim();
    CHECK(memory.free_frames() == before);
}

LACUNA_TEST("mm.concurrency", "domains come and go on every CPU, and each finds its memory clean") {
    HostSystem system;
    const HostCpus started(system, cpus);
    Memory& memory = system.memory;
    const unsigned dirty = on_all_cpus(memory, [&](unsigned) {
        unsigned found = 0;
        for (unsigned life = 0; life < 50; ++life) {
            auto made = Domain::create(memory, DomainKind::Net, "brief");
            if (!made) return 1000u;
            const Inside inside(system.spaces, **made);
            for (unsigned i = 0; i < 8; ++i) {
                const auto pfn = (*made)->alloc_block(mm::order_4k, mm::Zero::Yes, mm::FrameState::Exclusive);
                if (!pfn) return 1000u;
                std::byte* const page = (*made)->frame_ptr(*pfn);
                const Block zero{page, mm::page_size, std::byte{0}};
                if (!zero.intact()) ++found;
                std::memset(page, 0x5a, mm::page_size);
            }
        }
        return found;
    });
    CHECK(dirty == 0);
}

} // namespace
