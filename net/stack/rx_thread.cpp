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

void RxThread::wake() {
    if (!awake_.exchange(true)) wakeups_.release();
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
    wake();
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
