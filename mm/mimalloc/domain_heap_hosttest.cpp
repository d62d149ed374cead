// SPDX-License-Identifier: MIT
// What only the host can ask of a domain's heap: who may touch it by the tables, what is behind them, several CPUs'
// real races, and a machine without frames.
#include <array>
#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "kernel/base/mutant.hpp"
#include "kernel/test/test.hpp"
#include "mm/domain/domain.hpp"
#include "mm/mimalloc/domain_heap.hpp"
#include "mm/testing/host_cpus.hpp"
#include "mm/testing/make_domain.hpp"
#include "mm/testing/system.hpp"

namespace {

using kernel::Error;
using kernel::Result;
using mm::Domain;
using mm::DomainKind;
using mm::DomainPtr;
using mm::Heap;
using mm::PageCount;
using mm::Pfn;
using mm::testing::HostCpus;
using mm::testing::HostSystem;
using mm::testing::Inside;
using mm::testing::make_domain;
using mm::testing::Random;

constexpr unsigned cpus = 4;
constexpr mm::Policies with_mimalloc{.heap = Heap::Mimalloc};

LACUNA_TEST("mm.mimalloc", "what a heap gives, its owner alone can touch") {
    HostSystem system({.policies = with_mimalloc});
    const DomainPtr red = make_domain(system.memory, "red");
    const DomainPtr blue = make_domain(system.memory, "blue");
    for (const std::size_t bytes : {16u, 200u, 3000u, 4096u}) {
        Result<void*> block = kernel::fail(Error::Busy);
        {
            const Inside inside(system.spaces, *red);
            block = red->kmalloc(bytes);
            REQUIRE(block.has_value());
            CHECK(system.can_touch(*block));
        }
        CHECK_FALSE(system.can_touch(*block));
        {
            const Inside inside(system.spaces, *blue);
            REQUIRE(blue->kmalloc(bytes).has_value()); // so that blue has a heap as well
            CHECK_FALSE(system.can_touch(*block));
        }
    }
}

LACUNA_TEST("mm.mimalloc", "a domain's end wipes its heap, whatever lives in it") {
    HostSystem system({.policies = with_mimalloc});
    DomainPtr red = make_domain(system.memory, "red");
    std::vector<Pfn> frames;
    {
        const Inside inside(system.spaces, *red);
        for (int i = 0; i < 500; ++i) {
            const auto block = red->kmalloc(1000);
            REQUIRE(block.has_value());
            std::memset(*block, 0x99, 1000);
            frames.push_back(red->frame_of(*block));
        }
    }
    red.reset();
    system.memory.reclaim();
    for (const Pfn pfn : frames) CHECK(system.is_zero(pfn));
}

/// A place where CPUs leave blocks for each other, so that what one takes another frees.
class Exchange {
public:
    struct Header {
        std::size_t bytes;
        std::byte stamp;
    };

    /// Takes and frees at random; the number of blocks in which somebody else has written.
    unsigned trade(Domain& domain, unsigned cpu) {
        Random random(cpu + 1);
        unsigned broken = 0;
        for (unsigned i = 0; i < 2000; ++i) {
            const std::size_t bytes = sizeof(Header) + random.below(random.below(16) == 0 ? 9000 : 1500);
            const auto block = domain.kmalloc(bytes);
            if (block) write(*block, bytes, static_cast<std::byte>(random.next()));
            void* const other = slots_[random.below(slots_.size())].exchange(block ? *block : nullptr);
            broken += drop(domain, other);
        }
        return broken;
    }
    unsigned clear(Domain& domain) {
        unsigned broken = 0;
        for (auto& slot : slots_) broken += drop(domain, slot.exchange(nullptr));
        return broken;
    }

private:
    static void write(void* block, std::size_t bytes, std::byte stamp) {
        std::memset(block, std::to_integer<int>(stamp), bytes);
        *static_cast<Header*>(block) = {bytes, stamp};
    }
    static unsigned drop(Domain& domain, void* block) {
        if (block == nullptr) return 0;
        const Header header = *static_cast<Header*>(block);
        const auto* const content = static_cast<const std::byte*>(block);
        unsigned broken = 0;
        for (std::size_t i = sizeof(Header); i < header.bytes; ++i) broken |= content[i] != header.stamp ? 1 : 0;
        domain.kfree(block);
        return broken;
    }

    std::array<std::atomic<void*>, 256> slots_{};
};

LACUNA_TEST("mm.mimalloc", "one domain's heap serves all CPUs, and each frees what others took") {
    HostSystem system({.policies = with_mimalloc});
    const HostCpus started(system, cpus);
    static_cast<void>(make_domain(system.memory, "first")); // afterwards what stays is there
    system.memory.reclaim();
    const PageCount before = system.memory.free_frames();
    {
        const DomainPtr red = make_domain(system.memory, "red");
        Exchange exchange;
        std::atomic<unsigned> broken{0};
        std::atomic<unsigned> ready{0};
        std::vector<std::thread> threads;
        for (unsigned cpu = 0; cpu < cpus; ++cpu) {
            threads.emplace_back([&, cpu] {
                arch::host::set_cpu(cpu);
                const Inside inside(system.spaces, *red);
                for (++ready; ready < cpus;) arch::pause();
                broken += exchange.trade(*red, cpu);
                red->trim();
            });
        }
        for (std::thread& thread : threads) thread.join();
        const Inside inside(system.spaces, *red);
        broken += exchange.clear(*red);
        CHECK(broken == 0);
    }
    system.memory.reclaim();
    CHECK(system.memory.free_frames() == before);
}

/// What a domain without a limit is told when the machine has no frames left.
Error when_all_is_taken(Heap heap) {
    HostSystem system({.memory = PageCount{4096}, .policies = {.heap = heap}});
    const DomainPtr red = make_domain(system.memory, "red");
    const Inside inside(system.spaces, *red);
    for (;;) {
        const auto block = red->kmalloc(4000);
        if (!block) return block.error();
    }
}

LACUNA_TEST("mm.mimalloc", "without frames the error is that of the slab allocator, and the domain's end cures it") {
    CHECK(when_all_is_taken(Heap::Slab) == Error::OutOfMemory);
    CHECK(when_all_is_taken(Heap::Mimalloc) == Error::OutOfMemory);

    HostSystem system({.memory = PageCount{4096}, .policies = with_mimalloc});
    static_cast<void>(make_domain(system.memory, "first")); // afterwards the granularity policy has its bitmaps
    system.memory.reclaim();
    const PageCount before = system.memory.free_frames();
    DomainPtr red = make_domain(system.memory, "red");
    {
        const Inside inside(system.spaces, *red);
        std::vector<void*> blocks;
        for (auto block = red->kmalloc(4000); block; block = red->kmalloc(4000)) blocks.push_back(*block);
        CHECK(blocks.size() > 1000);
        red->kfree(blocks.back());
        CHECK(red->kmalloc(4000).has_value());
        CHECK(red->kmalloc(100).error() == Error::OutOfMemory);
    }
    red.reset();
    system.memory.reclaim();
    CHECK(system.memory.free_frames() == before);
}

} // namespace
