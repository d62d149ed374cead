// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "kernel/sync/completion.hpp"
#include "kernel/sync/mutex.hpp"
#include "kernel/sync/semaphore.hpp"
#include "kernel/sync/wait_queue.hpp"
#include "net/lwip/receiver.hpp"
#include "net/stack/rx_source.hpp"

#include <atomic>

namespace net {

/// The thread that brings packets into a namespace: it drains the sources that have something, in turn,
/// and sleeps while none has. A shared object; the thread itself, and its stack, are the namespace's.
///
///     notify (any context): source.pending = true; wake      thread: wait; drain every pending source
///
/// A task that waits for what packets bring drains them itself, and the thread sleeps on (Receiver):
///
///     notify: source.pending = true; wake                    task: wait; drain; done? else wait again
class RxThread final : public Receiver {
public:
    /// Packets a source may bring before the next one has its turn.
    static constexpr unsigned budget = 64;

    RxThread() = default;
    RxThread(const RxThread&) = delete;
    RxThread& operator=(const RxThread&) = delete;

    /// Spawns the thread in the current namespace. Errors: OutOfMemory, DomainLimit.
    kernel::Result<> start();

    /// Adds a source; it is drained once, whatever it says. Thread context, without the core lock.
    void attach(RxSource& source);
    /// Takes a source away. When this returns, its drain is not running and never will again. Thread
    /// context, without the core lock; from the source's own drain() and shutdown() too.
    void detach(RxSource& source);

    /// What the thread does when it ends, inside its namespace: before and after its sources go.
    struct Farewell {
        void (*before_sources)();
        void (*after_sources)();
    };
    /// Makes the thread say farewell, shut its sources down and end. `farewell` is a constant of the
    /// program. Any thread, in any namespace; returns when the thread has ended.
    void stop(const Farewell& farewell);

    /// Wakes the thread, or the task that stands in for it. Any context.
    void wake();

    bool begin_standing_in() override { return !standing_in_.exchange(true); }
    void end_standing_in() override;
    kernel::Result<> receive_until(const std::atomic<std::uint32_t>& arrived, kernel::Deadline deadline) override;
    void wake_stand_in() override {
        if (stand_in_sleeps_.load()) [[unlikely]] // it brings most of it itself
            stand_in_.wake_one();
    }

private:
    static void main(void* self);
    void run();
    bool drain_pending();
    void shut_down_sources();

    kernel::Mutex mutex_{"rx sources"};
    RxSource* sources_ LACUNA_GUARDED_BY(mutex_) = nullptr;
    RxSource* cursor_ LACUNA_GUARDED_BY(mutex_) = nullptr; ///< next to look at in this round
    kernel::Semaphore wakeups_{0};
    kernel::Completion ended_;
    std::atomic<bool> started_{false};
    std::atomic<bool> awake_{false};           ///< a wake-up is on its way: one is enough
    std::atomic<bool> standing_in_{false};     ///< a task does the thread's work
    std::atomic<bool> stand_in_sleeps_{false}; ///< or is about to
    kernel::WaitQueue stand_in_;
    std::atomic<const Farewell*> farewell_{nullptr};
};

} // namespace net
