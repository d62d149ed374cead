// SPDX-License-Identifier: MIT
// A task goes on writing, from another CPU, to what its domain has freed: what its CPU has cached lets it. None of it
// reaches anybody.
#include <algorithm>
#include <vector>

#include "kernel/base/events.hpp"
#include "kernel/test/test.hpp"
#include "mm/domain/domain.hpp"
#include "mm/testing/host_system.hpp"
#include "mm/testing/make_domain.hpp"
#include "mm/testing/many_cpus.hpp"

using namespace mm;
using kernel::Event;
using mm::testing::AsCpu;
using mm::testing::HostSystem;
using mm::testing::ManyCpus;

namespace {

/// A page-table entry of the attacker's making: it would map what he likes, writable.
constexpr std::uint64_t forged = 0x0bad'0067;

/// Two CPUs. CPU 0 frees what red has; CPU 1 runs red and writes.
struct Attack {
    explicit Attack(const Policies& policies)
        : system({.policies = policies}), cpus(system, 2), red(mm::testing::make_domain(system.memory, "red")) {
        // A block and more, so that what is taken from here on is known to be zero.
        std::vector<Pfn> pages;
        for (int i = 0; i < 600; ++i) pages.push_back(block(order_4k));
        for (const Pfn page : pages) red->free_block(page);
        red->trim();
        const std::array members{red->space_member(nullptr)};
        space = *system.spaces.get(members);
        const AsCpu there(1);
        system.spaces.load(*space);
    }
    ~Attack() {
        const AsCpu there(1);
        system.spaces.load(system.spaces.kernel_space());
    }

    VirtAddr at(Pfn pfn) const { return VirtAddr{reinterpret_cast<std::uintptr_t>(red->frame_ptr(pfn))}; }
    bool write(Pfn pfn) { return system.machine.write(1, at(pfn), forged); }
    bool read(Pfn pfn) { return system.machine.touch(1, at(pfn)).has_value(); }
    Pfn block(Order order, Zero zero = Zero::Yes) { return *red->alloc_block(order, zero, FrameState::Exclusive); }
    void give_back(Pfn pfn) {
        red->free_block(pfn);
        red->trim();
    }
    const Frame& frame(Pfn pfn) const { return system.boot.frames[pfn]; }
    /// Whether the frame is back in the direct map at the address at which red knew it: shared memory, which all may
    /// write to.
    bool is_shared_now(Pfn pfn) const {
        return system.placements.scheme == Scheme::Clone && frame(pfn).state == FrameState::Free;
    }

    /// Frames that are free and hold something though they are said to be zero.
    std::size_t false_zeros() {
        std::size_t found = 0;
        for (const Frame& frame : system.boot.frames.all()) {
            const bool free = frame.state == FrameState::Free || frame.state == FrameState::FreeDetached;
            const Pfn pfn = system.boot.frames.number(frame);
            found += free && frame.is_zeroed() && !system.is_zero(pfn) ? 1 : 0;
        }
        return found;
    }

    HostSystem system;
    ManyCpus<HostSystem> cpus;
    DomainPtr red;
    AddressSpaceRef space;
};

template <class Function>
void under_every_policy(Function&& fn) {
    for (const Flush flush : {Flush::Batch, Flush::Sync, Flush::Deferred}) {
        for (const Granularity granularity : {Granularity::Block, Granularity::Page}) {
            for (const auto& [isolation, placement] : {std::pair{Isolation::Pgd, Placement::Window},
                                                       std::pair{Isolation::Pgd, Placement::Clone},
                                                       std::pair{Isolation::Pks, Placement::Window}}) {
                fn(Policies{.isolation = isolation, .placement = placement, .granularity = granularity, .flush = flush});
            }
        }
    }
}

} // namespace

LACUNA_TEST("mm.late_write", "what is written to a freed page is gone before the page is anybody's") {
    under_every_policy([](const Policies& policies) {
        for (const Order order : {Order{0}, Order{1}, Order{6}}) {
            Attack attack(policies);
            const Pfn pfn = attack.block(order);
            const Pfn last = pfn + PageCount{order.pages().raw() - 1};
            CHECK(attack.write(pfn));
            CHECK(attack.write(last));
            attack.give_back(pfn);
            // The stale window of the policy, and no longer.
            const bool waits = attack.frame(last).state == FrameState::Quarantined;
            if (waits || !attack.is_shared_now(last)) CHECK(attack.write(last) == waits);
            attack.system.memory.quarantine().settle();
            CHECK(attack.system.is_zero(pfn));
            CHECK(attack.system.is_zero(last));
            CHECK(attack.write(last) == attack.is_shared_now(last));
            CHECK(attack.false_zeros() == 0);
        }
    });
}

LACUNA_TEST("mm.late_write", "what is written to a freed page is in no page table") {
    under_every_policy([](const Policies& policies) {
        Attack attack(policies);
        std::vector<Pfn> pages;
        for (int i = 0; i < 40; ++i) {
            pages.push_back(attack.block(order_4k));
            CHECK(attack.write(pages.back()));
        }
        for (const Pfn pfn : pages) attack.red->free_block(pfn);
        attack.red->trim();
        for (const Pfn pfn : pages) attack.write(pfn);
        attack.system.memory.reclaim();
        for (const Pfn pfn : pages) CHECK(attack.write(pfn) == attack.is_shared_now(pfn));
        std::size_t tables = 0;
        std::size_t full = 0;
        while (const auto table = attack.system.tables.take_table(Zero::Yes)) {
            ++tables;
            full += attack.system.is_zero(*table) ? 0 : 1;
        }
        CHECK(tables > pages.size());
        CHECK(full == 0);
    });
}

LACUNA_TEST("mm.late_write", "a page table is clear, whatever is said of its frame") {
    HostSystem system;
    const Pfn pfn = *system.frames.take(order_4k, FrameState::Shared);
    *reinterpret_cast<std::uint64_t*>(system.machine.at(pfn.address())) = forged;
    system.boot.frames[pfn].flags |= frame_flag::zeroed;
    system.frames.give(pfn, order_4k);
    REQUIRE(system.boot.frames[pfn].is_zeroed());
    const Pfn table = *system.tables.take_table(Zero::Yes);
    REQUIRE(table == pfn);
    CHECK(system.is_zero(table));
    CHECK_FALSE(system.boot.frames[table].is_zeroed());
    system.tables.give_table(table);
}

LACUNA_TEST("mm.late_write", "a page that nobody wrote to cannot be written to once it is freed, and is not cleared again") {
    under_every_policy([](const Policies& policies) {
        // There a page is back in the direct map at once, where all may write to it.
        if (policies.placement == Placement::Clone && policies.granularity == Granularity::Page) return;
        Attack attack(policies);
        const Pfn pfn = attack.block(Order{1});
        CHECK(attack.read(pfn)); // cached, but not as written to
        attack.give_back(pfn);
        attack.system.memory.quarantine().settle();
        const Pfn again = attack.block(Order{1});
        REQUIRE(again == pfn);
        CHECK(attack.read(pfn));
        const auto before = kernel::snapshot_events();
        attack.give_back(pfn);
        CHECK_FALSE(attack.write(pfn));
        attack.system.memory.quarantine().settle();
        CHECK(kernel::snapshot_events().since(before)[Event::FramesZeroed] == 0);
        CHECK(attack.system.is_zero(pfn));
    });
}

LACUNA_TEST("mm.late_write", "a page of the pool that was written to is not known to be zero") {
    under_every_policy([](const Policies& policies) {
        if (policies.granularity == Granularity::Page) return; // no pool
        Attack attack(policies);
        // The pool fetches more than is asked for, and maps it: a task can write there.
        std::vector<Pfn> pages;
        for (int i = 0; i < 8; ++i) pages.push_back(attack.block(order_4k));
        const FrameTable frames = attack.system.boot.frames;
        const auto spare = std::ranges::find_if(frames.all(), [&](const Frame& frame) {
            return frame.owner == attack.red->id() && (frame.flags & frame_flag::untouched) != 0;
        });
        REQUIRE(spare != frames.all().end());
        const Pfn pooled = frames.number(*spare);
        CHECK(attack.write(pooled));
        for (const Pfn pfn : pages) attack.red->free_block(pfn);
        attack.red->trim();
        attack.write(pooled);
        attack.system.memory.quarantine().settle();
        CHECK(attack.system.is_zero(pooled));
        CHECK(attack.false_zeros() == 0);
    });
}

LACUNA_TEST("mm.late_write", "a packet that comes back from a wire is cleared when its sender cannot write any more") {
    under_every_policy([](const Policies& policies) {
        Attack attack(policies);
        const Pfn pfn = attack.block(Order{2});
        CHECK(attack.write(pfn));
        CHECK(attack.write(pfn + PageCount{3}));
        REQUIRE(attack.red->disown(pfn, TransitTag{7}).has_value());
        attack.write(pfn + PageCount{3});
        REQUIRE(attack.system.memory.reclaim_in_transit(pfn, TransitTag{7}).has_value());
        for (std::uint64_t page = 0; page < 4; ++page) CHECK(attack.system.is_zero(pfn + PageCount{page}));
        CHECK(attack.write(pfn + PageCount{3}) == attack.is_shared_now(pfn));
        CHECK(attack.false_zeros() == 0);
    });
}

LACUNA_TEST("mm.late_write", "of many pages that leave together, the one that was written to is cleared") {
    under_every_policy([](const Policies& policies) {
        Attack attack(policies);
        constexpr Order order{6};
        for (const std::uint64_t written : {0u, 1u, 31u, 32u, 63u}) {
            const Pfn pfn = attack.block(order);
            CHECK(attack.write(pfn + PageCount{written}));
            attack.give_back(pfn);
            attack.system.memory.quarantine().settle();
            CHECK(attack.system.is_zero(pfn + PageCount{written}));
            CHECK(attack.false_zeros() == 0);
        }
    });
}

LACUNA_TEST("mm.late_write", "shared memory is not known to be zero, not one page of a block") {
    HostSystem system;
    for (const Zero zero : {Zero::No, Zero::Yes}) {
        const Pfn block = *system.memory.alloc_block(Order{3}, Zero::No);
        for (Frame& frame : system.boot.frames.row(block, 8)) frame.flags |= frame_flag::zeroed;
        system.memory.free_block(block, Order{3});
        const Pfn again = *system.memory.alloc_block(Order{3}, zero);
        REQUIRE(again == block);
        for (const Frame& frame : system.boot.frames.row(block, 8)) CHECK_FALSE(frame.is_zeroed());
        for (std::uint64_t page = 0; page < 8; ++page)
            *reinterpret_cast<std::uint64_t*>(system.machine.at((block + PageCount{page}).address())) = forged;
        system.memory.free_block(block, Order{3});
        const Pfn zeros = *system.memory.alloc_block(Order{3}, Zero::Yes);
        REQUIRE(zeros == block);
        for (std::uint64_t page = 0; page < 8; ++page) CHECK(system.is_zero(block + PageCount{page}));
        system.memory.free_block(block, Order{3});
    }
}
