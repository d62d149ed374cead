// SPDX-License-Identifier: MIT
#include "kernel/sync/rank_checker.hpp"
#include "kernel/sync/rank_set.hpp"
#include "kernel/sync/spin_locked.hpp"
#include "kernel/test/test.hpp"

using kernel::Rank;
using kernel::RankSet;

LACUNA_TEST("sync.rank", "only higher ranks may be taken inside") {
    RankSet held;
    CHECK(held.admits(Rank::Namespaces));
    held.add(Rank::Domain);
    CHECK(held.admits(Rank::Buddy));
    CHECK(held.admits(Rank::Hardware));
    CHECK_FALSE(held.admits(Rank::Domain)); // two of one rank
    CHECK_FALSE(held.admits(Rank::Namespaces));
}

LACUNA_TEST("sync.rank", "locks may be released in any order") {
    RankSet held;
    held.add(Rank::Domain);
    held.add(Rank::Buddy);
    held.remove(Rank::Domain);
    CHECK_FALSE(held.admits(Rank::Domain)); // Buddy is still held
    held.remove(Rank::Buddy);
    CHECK(held.empty());
    CHECK(held.admits(Rank::Namespaces));
}

LACUNA_TEST("sync.rank", "an interrupt may take its locks whatever the thread holds") {
    RankSet held;
    held.add(Rank::Tlb); // the innermost but one of thread context
    for (auto rank = Rank::FirstIrq; rank < Rank::Count; rank = static_cast<Rank>(static_cast<unsigned>(rank) + 1))
        CHECK(held.admits(rank));
}

LACUNA_TEST("sync.rank", "the checker follows the locks of this CPU") {
    kernel::SpinLocked<int, Rank::ThreadTest> outer;
    kernel::IrqSpinLocked<int, Rank::IrqTest> inner;
    CHECK(kernel::holds_no_spin_lock());
    {
        auto a = outer.lock();
        auto b = inner.lock();
        *a = 1;
        *b = 2;
    }
    CHECK(kernel::holds_no_spin_lock());
    CHECK(outer.unlocked() + inner.unlocked() == 3);
}

LACUNA_TEST("sync.rank", "a lock keeps preemption or interrupts off") {
    kernel::SpinLocked<int, Rank::ThreadTest> thread_lock;
    kernel::IrqSpinLocked<int, Rank::IrqTest> irq_lock;
    const auto before = arch::preempt_count();
    thread_lock.with([&](int&) { CHECK(arch::preempt_count() == before + 1); });
    CHECK(arch::preempt_count() == before);
    irq_lock.with([](int&) { CHECK_FALSE(arch::interrupts_enabled()); });
    CHECK(arch::interrupts_enabled());
}
