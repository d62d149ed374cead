// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "kernel/sync/mutex.hpp"
#include "kernel/sync/wait_queue.hpp"

#include <atomic>
#include <cstdint>

namespace kernel {

/// A condition variable for data under a Mutex. Waits may end for no reason: test again in a loop.
/// Shared memory, always.
class Condition {
public:
    constexpr Condition() = default;

    /// Gives the mutex back, sleeps until a notification, takes it again (on errors too).
    /// Errors: TimedOut, Killed. Precondition: the current task holds `mutex`.
    Result<> wait(Mutex& mutex, Deadline deadline = Deadline::never()) LACUNA_REQUIRES(mutex) {
        // Read under the mutex: a notification after this point changes it, so none is missed.
        const uint32_t seen = round_.load(std::memory_order_relaxed);
        mutex.unlock();
        auto result = queue_.wait([&] { return round_.load(std::memory_order_relaxed) != seen; }, deadline);
        mutex.lock();
        return result;
    }

    /// Wakes one waiter. Any context.
    void notify_one() {
        round_.fetch_add(1, std::memory_order_relaxed);
        queue_.wake_one();
    }

    /// Wakes all waiters. Any context.
    void notify_all() {
        round_.fetch_add(1, std::memory_order_relaxed);
        queue_.wake_all();
    }

private:
    std::atomic<uint32_t> round_{0};
    WaitQueue queue_;
};

} // namespace kernel
