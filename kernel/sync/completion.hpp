// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "kernel/sync/wait_queue.hpp"

#include <atomic>

namespace kernel {

/// An event that happens once and stays happened. Shared memory, always.
class Completion {
public:
    constexpr Completion() = default;

    /// Sleeps until `complete()`. Errors: TimedOut, Killed. Thread context, no spin lock held.
    Result<> wait(Deadline deadline = Deadline::never()) {
        return queue_.wait([this] { return done(); }, deadline);
    }

    /// Wakes everyone who waits, now and ever. Any context. A task whose wait() has returned may
    /// destroy the object: this has done with it by then.
    void complete() {
        // Ordering: what was written before is seen by whoever sees `done_`.
        queue_.wake_all_after([this] { done_.store(true, std::memory_order_release); });
    }

    [[nodiscard]] bool done() const { return done_.load(std::memory_order_acquire); }

private:
    std::atomic<bool> done_{false};
    WaitQueue queue_;
};

} // namespace kernel
