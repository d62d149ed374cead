// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/sched/task.hpp"
#include "kernel/sync/spin_locked.hpp"
#include "kernel/sync/wait_queue.hpp"

namespace kernel {

/// Requests of tasks to be served by a task outside all namespaces.
///
/// A task in a namespace runs on a stack that only its own page table maps: it can neither load
/// another page table nor free that stack. So it sleeps in this queue while the outside task, on a
/// shared stack, acts on its behalf, which may include giving it another stack to wake up on. The
/// server is bound to the CPU on which the caller goes to sleep: when it sees the caller here, the
/// caller has left its stack.
class OutsideQueue {
public:
    /// Sleeps, in the queue of the CPU that this runs on, until the request in `self`'s OutsideCall has
    /// been served, whatever happens.
    static void submit_and_sleep(Task& self);

    /// The outside task's loop.
    [[noreturn]] void serve();

private:
    WaitQueue server_;
    IrqSpinLocked<WaitList, Rank::Semaphore> callers_;
};

/// This CPU's queue.
OutsideQueue& outside_queue();

} // namespace kernel
