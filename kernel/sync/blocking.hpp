// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/assert.hpp"
#include "kernel/sync/deadline.hpp"
#include "kernel/sync/waiter.hpp"

// What the sleeping primitives need of the scheduler, which implements it
// (kernel/sched/blocking.cpp).
//
// The pattern, the primitive's IrqSpinLocked state being held from 1 to 3:
//   1. test the condition; if it holds, return
//   2. waiters.push_back(this_waiter()); prepare_to_block(deadline)
//   3. release the lock
//   4. block()
//   5. take the lock again; if still on the list, nobody woke us: take ourselves off, see why
// A waker takes the lock, takes a waiter off the list and calls wake(). From step 2 on the task
// counts as blocked, so a wake-up between 2 and 4 is not lost: block() then returns at once. An
// interrupt that preempts between 3 and 4 does no harm either: it blocks the task a little early.
namespace kernel {

/// Whether a pending kill ends a wait.
enum class Killable : uint8_t { No, Yes };

/// The current task, as what stands in queues.
Waiter& this_waiter();

/// Marks the current task as blocked, to be woken at `deadline` at the latest. Interrupts off.
void prepare_to_block(Deadline deadline, Killable killable);

/// Lets other tasks run until someone calls `wake()` on this one, its deadline passes, or it is
/// killed in a killable wait. Precondition: `prepare_to_block()`, no spin lock held, not in an
/// interrupt.
void block();

/// Makes a blocked task ready to run; no effect on any other. Any context, interrupts included.
void wake(Waiter& waiter);

/// Whether the current task has been killed and no KillShield puts that off. Its killable waits
/// then end with Error::Killed at once, and it should return from whatever it does.
bool kill_pending();

/// Whether a sleep is possible here: thread context, no spin lock, preemption possible.
bool may_sleep();
/// Asserts that it is.
void check_may_sleep();
inline void ensure_may_sleep() {
    if constexpr (checks_assertions) check_may_sleep();
}

} // namespace kernel
