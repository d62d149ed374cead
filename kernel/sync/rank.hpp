// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace kernel {

/// The order in which spin locks may be taken: a CPU that holds a lock takes only locks of a higher
/// rank. Outer layers come first. Two locks of one rank are never held together.
///
/// All ranks from `FirstIrq` on belong to `IrqSpinLocked`, all before it to `SpinLocked`. That
/// keeps the order sound across interrupts: a handler may run while its CPU holds any
/// thread-context lock, and takes only interrupt locks, whose ranks are higher; while an interrupt
/// lock is held there are no interrupts.
enum class Rank : uint8_t {
    // Thread context, interrupts stay on.
    Namespaces,        ///< a namespace's state and count of tasks
    TaskTable,         ///< the list of all tasks
    Processes,         ///< a process's list of tasks
    Devices,           ///< stocks of packet frames, lwIP's shared objects
    AddressSpaceCache, ///< tuples of domains -> address spaces
    DomainTable,       ///< domain numbers
    Domain,            ///< one domain's books
    Heap,              ///< a domain's general-purpose heap
    SlabRegistry,      ///< the list of caches
    SlabCache,         ///< one cache's partial lists
    Detached,          ///< blocks that are out of the direct map
    Window,            ///< a domain's page-table subtree
    DirectMap,         ///< the direct map's page tables
    Buddy,             ///< the frame allocator's free lists
    Tlb,               ///< the quarantine's lots
    EventLedger,       ///< whose event counters there are
    ThreadTest,        ///< for tests
    // Interrupt handlers take these as well, so interrupts are off while they are held.
    FirstIrq = 32,
    Semaphore = FirstIrq, ///< counters and flags whose waiters stand in a wait queue
    WaitQueue,            ///< one wait queue's list
    Timers,               ///< a CPU's timer wheel
    RunQueue,             ///< a CPU's run queue
    IrqTest,              ///< for tests
    Hardware,             ///< registers that are reached through an index register
    Count,
};

/// Whether locks of this rank are taken by interrupt handlers too.
constexpr bool is_irq_rank(Rank rank) { return rank >= Rank::FirstIrq; }

static_assert(!is_irq_rank(Rank::ThreadTest) && is_irq_rank(Rank::Semaphore));
static_assert(Rank::Count <= Rank{64}, "a set of ranks is one word");

} // namespace kernel
