// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/intrusive_list.hpp"

namespace kernel {

/// The part of a task that stands in a wait queue: a task waits for one thing at a time. Every
/// Waiter is a Task; the split only breaks the circle between tasks and the locks that they
/// contain.
///
/// Wait queues link these and nothing else. A task structure is shared memory, so a queue can be
/// walked on any page table; a node on a waiter's stack could not.
struct Waiter {
    ListHook<Waiter> wait_hook;
};

using WaitList = IntrusiveList<Waiter, &Waiter::wait_hook>;

} // namespace kernel
