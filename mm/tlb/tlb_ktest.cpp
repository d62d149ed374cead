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

} // namespace

LACUNA_TEST("mm.tlb.hardware", "a packet that was taken over faults for its sender") {
    if (!isolates()) SKIP("isolation=none");
    Two two;
    const Inside sender(two.system.spaces(), *two.red);
    int cached = 0;
    int reached = 0;
    for (int round = 0; round < rounds; ++round) {
        const auto pfn = two.red->alloc_block(order_4k, Zero::No, FrameState::Exclusive);
        REQUIRE(pfn.has_value());
        cached += readable(two.red->frame_ptr(*pfn)) ? 1 : 0;
        REQUIRE(two.red->disown(*pfn, TransitTag{1}).has_value());
        REQUIRE(two.blue->adopt(*pfn, TransitTag{1}).has_value());
        reached += readable(two.red->frame_ptr(*pfn)) ? 1 : 0;
        two.blue->free_block(*pfn);
    }
    CHECK(cached == rounds);
    CHECK(reached == 0);
}

LACUNA_TEST("mm.tlb.hardware", "a packet that nobody took faults for its sender once it is free") {
    if (!isolates()) SKIP("isolation=none");
    Two two;
    const Inside sender(two.system.spaces(), *two.red);
    int reached = 0;
    for (int round = 0; round < rounds; ++round) {
        const auto pfn = two.red->alloc_block(order_4k, Zero::No, FrameState::Exclusive);
        REQUIRE(pfn.has_value());
        REQUIRE(readable(two.red->frame_ptr(*pfn)));
        REQUIRE(two.red->disown(*pfn, TransitTag{1}).has_value());
        REQUIRE(two.system.memory().reclaim_in_transit(*pfn, TransitTag{1}).has_value());
        reached += readable(two.red->frame_ptr(*pfn)) ? 1 : 0;
    }
    CHECK(reached == 0);
}

LACUNA_TEST("mm.tlb.hardware", "a freed block that has a new owner faults for the last") {
    if (!isolates()) SKIP("isolation=none");
    Two two;
    const Inside last(two.system.spaces(), *two.red);
    constexpr Order order{1};
    int reached = 0;
    for (int round = 0; round < rounds; ++round) {
        const auto pfn = two.red->alloc_block(order, Zero::No, FrameState::Exclusive);
        REQUIRE(pfn.has_value());
        REQUIRE(readable(two.red->frame_ptr(*pfn)));
        two.red->free_block(*pfn);
        two.red->trim();
        const auto next = two.blue->alloc_block(order, Zero::No, FrameState::Exclusive);
        REQUIRE(next.has_value());
        // The policy may keep the first one from blue; whatever blue got, red does not reach.
        reached += readable(two.red->frame_ptr(*next)) ? 1 : 0;
        two.blue->free_block(*next);
        two.blue->trim();
    }
    CHECK(reached == 0);
}

LACUNA_TEST("mm.tlb.hardware", "what waits in quarantine faults for its last owner when it is let go") {
    if (!isolates()) SKIP("isolation=none");
    Two two;
    const Inside last(two.system.spaces(), *two.red);
    constexpr Order order{1};
    int reached = 0;
    for (int round = 0; round < rounds; ++round) {
        const auto pfn = two.red->alloc_block(order, Zero::No, FrameState::Exclusive);
        REQUIRE(pfn.has_value());
        REQUIRE(readable(two.red->frame_ptr(*pfn)));
        two.red->free_block(*pfn);
        two.red->trim();
        two.system.memory().quarantine().settle();
        reached += readable(two.red->frame_ptr(*pfn)) ? 1 : 0;
    }
    CHECK(reached == 0);
    CHECK(two.system.memory().quarantine().waiting() < Quarantine::batch_limit);
}
