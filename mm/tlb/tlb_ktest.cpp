// SPDX-License-Identifier: MIT
#include <arch/probe.hpp>
#include <span>

#include "kernel/main/system.hpp"
#include "kernel/test/test.hpp"
#include "mm/domain/domain.hpp"
#include "mm/memory.hpp"
#include "mm/testing/system.hpp"

// What the MMU says when a frame changes hands, with the last owner's address space loaded all the time and
// its translation in the TLB. A task switch or a tick in between flushes, and hides a flush that is missing:
// hence several rounds. QEMU shows a stale entry only with directmap.leaf=4K.

using namespace mm;
using mm::testing::Inside;
using mm::testing::System;

namespace {

constexpr int rounds = 20;

bool isolates() { return kernel::options().policies.isolation != Isolation::None; }

bool readable(const void* address) {
    std::byte byte{};
    return arch::probe_read(VirtAddr{reinterpret_cast<std::uintptr_t>(address)}, std::span(&byte, 1)) == 1;
}

struct Two {
    Two()
        : red(*Domain::create(system.memory(), DomainKind::Net, "red")),
          blue(*Domain::create(system.memory(), DomainKind::Net, "blue")) {}
    System system;
    DomainPtr red;
    DomainPtr blue;
};

/// Red, whose address space is loaded, takes a block, reads it and lets go of it by leave(its first frame), round after
/// round. What leave() returns faults for red then. If it is blue's, blue gives it back.
template <class Leave>
void check_unreachable(Two& two, Order order, Leave&& leave) {
    const Inside last(two.system.spaces(), *two.red);
    int reached = 0;
    for (int round = 0; round < rounds; ++round) {
        const auto pfn = two.red->alloc_block(order, Zero::No, FrameState::Exclusive);
        REQUIRE(pfn.has_value());
        REQUIRE(readable(two.red->frame_ptr(*pfn)));
        const Pfn left = leave(*pfn);
        reached += readable(two.red->frame_ptr(left)) ? 1 : 0;
        if (two.system.memory().frames()[left].owner == two.blue->id()) {
            two.blue->free_block(left);
            two.blue->trim();
        }
    }
    CHECK(reached == 0);
}

} // namespace

LACUNA_TEST("mm.tlb.hardware", "a packet that was taken over faults for its sender") {
    if (!isolates()) SKIP("isolation=none");
    Two two;
    check_unreachable(two, order_4k, [&](Pfn packet) {
        CHECK(two.red->disown(packet, TransitTag{1}).has_value());
        CHECK(two.blue->adopt(packet, TransitTag{1}).has_value());
        return packet;
    });
}

LACUNA_TEST("mm.tlb.hardware", "a packet that nobody took faults for its sender once it is free") {
    if (!isolates()) SKIP("isolation=none");
    Two two;
    check_unreachable(two, order_4k, [&](Pfn packet) {
        CHECK(two.red->disown(packet, TransitTag{1}).has_value());
        CHECK(two.system.memory().reclaim_in_transit(packet, TransitTag{1}).has_value());
        return packet;
    });
}

LACUNA_TEST("mm.tlb.hardware", "a freed block that has a new owner faults for the last") {
    if (!isolates()) SKIP("isolation=none");
    Two two;
    constexpr Order order{1};
    check_unreachable(two, order, [&](Pfn block) {
        two.red->free_block(block);
        two.red->trim();
        const auto next = two.blue->alloc_block(order, Zero::No, FrameState::Exclusive);
        CHECK(next.has_value());
        // The policy may keep the block from blue; whatever blue got, red does not reach.
        return next.value_or(block);
    });
}

LACUNA_TEST("mm.tlb.hardware", "what waits in quarantine faults for its last owner when it is let go") {
    if (!isolates()) SKIP("isolation=none");
    Two two;
    check_unreachable(two, Order{1}, [&](Pfn block) {
        two.red->free_block(block);
        two.red->trim();
        two.system.memory().quarantine().settle();
        return block;
    });
    CHECK(two.system.memory().quarantine().waiting() < Quarantine::batch_limit);
}
