// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "kernel/sync/blocking.hpp"
#include "kernel/sync/spin_locked.hpp"

#include <memory>
#include <type_traits>

namespace kernel {

/// Tasks that wait for a condition which the queue does not know. Lives in shared memory, always.
class WaitQueue {
public:
    constexpr WaitQueue() = default;
    /// Precondition: nobody waits.
    ~WaitQueue();
    WaitQueue(const WaitQueue&) = delete;
    WaitQueue& operator=(const WaitQueue&) = delete;

    /// Sleeps until `ready()` is true. `ready` runs with the queue's lock held and interrupts off:
    /// it reads atomics, takes no lock of a rank up to WaitQueue, and touches no exclusive memory.
    /// Whoever makes the condition true calls a wake function afterwards.
    /// Errors: TimedOut at the deadline, Killed. Thread context, no spin lock held.
    template <class Predicate>
    Result<> wait(Predicate&& ready, Deadline deadline = Deadline::never()) {
        using Fn = std::remove_reference_t<Predicate>;
        return wait_erased([](void* fn) { return static_cast<bool>((*static_cast<Fn*>(fn))()); }, std::addressof(ready),
                           deadline);
    }

    /// Wakes the task that has waited longest. Any context.
    void wake_one();
    /// Wakes all. Any context.
    void wake_all();
    /// Makes the condition true under the queue's lock, then wakes all. A waiter that finds it true has
    /// the lock after this is through with the queue, and so may destroy it.
    template <class Change>
    void wake_all_after(Change&& change) {
        auto waiters = waiters_.lock();
        change();
        while (Waiter* first = waiters->pop_front()) wake(*first);
    }

private:
    Result<> wait_erased(bool (*ready)(void*), void* argument, Deadline deadline);

    IrqSpinLocked<WaitList, Rank::WaitQueue> waiters_;
};

} // namespace kernel
