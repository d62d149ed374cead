// SPDX-License-Identifier: MIT
#include "net/stack/rx_thread.hpp"

#include "kernel/sched/sched.hpp"

namespace net {

void RxSource::notify() {
    // Ordering: sequentially consistent. The producer publishes its packet, then sets `pending`; the
    // thread clears `pending`, then looks for packets. One of the two sees the other.
    pending_.store(true);
    if (RxThread* thread = thread_.load()) thread->wake();
}

kernel::Result<> RxThread::start() {
    const kernel::TaskRef thread = TRY(kernel::spawn(
        {.name = "rx", .function = &RxThread::main, .argument = this, .stack = kernel::StackSize::Small}));
    started_ = true;
    return {};
}

// Ordering of wake() and end_standing_in(): sequentially consistent. A waker sets `awake_`, then looks who is to do the
// work; a task that stops standing in says so, then looks at `awake_`. One of the two sees the other, and if both do,
// the thread looks once in vain.
void RxThread::wake() {
    if (awake_.exchange(true)) return;
    if (standing_in_.load()) {
        stand_in_.wake_one();
    } else {
        wakeups_.release();
    }
}

void RxThread::end_standing_in() {
    standing_in_.store(false);
    if (awake_.load()) wakeups_.release();
}

kernel::Result<> RxThread::receive_until(const std::atomic<std::uint32_t>& arrived, kernel::Deadline deadline) {
    while (true) {
        // Ordering: sequentially consistent, as in wake_stand_in(): either we see what changed, or are seen to sleep.
        stand_in_sleeps_ = true;
        const auto woken = stand_in_.wait([&] { return arrived.load() != 0 || awake_.load(); }, deadline);
        stand_in_sleeps_ = false;
        if (!woken || arrived.load() != 0) return woken;
        {
            // As for the thread: what a drain has begun, a kill must not cut short.
            const kernel::KillShield shield;
            awake_ = false;
            const bool more = drain_pending();
            if (more) awake_ = true; // nobody else has to be told
            if (arrived.load() != 0) return {};
            if (more) kernel::yield();
        }
        if (!awake_.load()) [[likely]]
            continue;
        // There is more already, and while there is, the wait does not look at these.
        if (kernel::kill_pending()) return kernel::fail(kernel::Error::Killed);
        if (deadline.passed()) return kernel::fail(kernel::Error::TimedOut);
    }
}

void RxThread::attach(RxSource& source) {
    {
        kernel::MutexGuard guard(mutex_);
        source.next_ = sources_;
        sources_ = &source;
        source.thread_ = this;
    }
    source.notify();
}

// The analysis cannot know that a drain, which runs with the mutex held, is the one who calls.
void RxThread::detach(RxSource& source) LACUNA_NO_TSA {
    const bool from_drain = mutex_.held_by_current();
    if (!from_drain) mutex_.lock();
    source.thread_ = nullptr;
    if (cursor_ == &source) cursor_ = source.next_;
    for (RxSource** link = &sources_; *link != nullptr; link = &(*link)->next_) {
        if (*link != &source) continue;
        *link = source.next_;
        break;
    }
    source.next_ = nullptr;
    if (!from_drain) mutex_.unlock();
}

void RxThread::stop(const Farewell& farewell) {
    if (!started_) return;
    farewell_ = &farewell;
    wakeups_.release(); // the thread itself, whoever stands in
    const kernel::KillShield shield;
    kernel::ensure(ended_.wait().has_value(), "a shielded wait ended early");
}

void RxThread::main(void* self) { static_cast<RxThread*>(self)->run(); }

void RxThread::run() {
    // Only stop() ends this thread: it takes the devices down, which a kill must not cut short.
    const kernel::KillShield shield;
    while (farewell_ == nullptr) {
        kernel::ensure(wakeups_.acquire().has_value(), "a shielded wait ended early");
        awake_ = false;
        while (farewell_ == nullptr && drain_pending()) kernel::yield();
    }
    const Farewell& farewell = *farewell_;
    farewell.before_sources();
    shut_down_sources();
    farewell.after_sources();
    ended_.complete();
}

/// One round over all sources. Returns whether one of them used up its budget.
bool RxThread::drain_pending() {
    kernel::MutexGuard guard(mutex_);
    bool more = false;
    for (cursor_ = sources_; cursor_ != nullptr;) {
        RxSource& source = *cursor_;
        cursor_ = source.next_;
        if (!source.pending_.exchange(false)) continue;
        if (source.drain(budget) < budget) continue;
        source.pending_ = true;
        more = true;
    }
    return more;
}

void RxThread::shut_down_sources() {
    kernel::MutexGuard guard(mutex_);
    while (sources_ != nullptr) {
        RxSource& first = *sources_;
        first.shutdown();
        // A source that does not detach itself would be shut down for ever.
        if (sources_ == &first) detach(first);
    }
}

} // namespace net
