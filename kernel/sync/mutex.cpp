// SPDX-License-Identifier: MIT
#include "kernel/sync/mutex.hpp"

#include "kernel/base/log.hpp"
#include "kernel/sched/task.hpp"

namespace kernel {

Mutex::~Mutex() { ensure(owner_.load(std::memory_order_relaxed) == 0, "mutex destroyed while held"); }

void Mutex::lock() {
    ensure_may_sleep();
    Task& self = current();
    if (!take(self)) [[unlikely]] {
        const auto result = acquire_slowly(self, Deadline::never(), Killable::No);
        ensure(result.has_value(), "an unlimited wait for a mutex failed");
    }
    self.held_mutexes_.push(*this);
}

Result<> Mutex::lock_until(Deadline deadline) {
    ensure_may_sleep();
    Task& self = current();
    if (!take(self)) TRY(acquire_slowly(self, deadline, Killable::Yes));
    self.held_mutexes_.push(*this);
    return {};
}

bool Mutex::try_lock() {
    Task& self = current();
    if (!take(self)) return false;
    self.held_mutexes_.push(*this);
    return true;
}

Result<> Mutex::acquire_slowly(Waiter& self, Deadline deadline, Killable killable) {
    {
        auto waiters = waiters_.lock();
        // Who finds `waiting` set gives the lock up under the spin lock only, which is ours now.
        for (uintptr_t owner = owner_.load(std::memory_order_relaxed); (owner & waiting) == 0;) {
            if (owner == 0) {
                if (take(self)) return {};
                owner = owner_.load(std::memory_order_relaxed);
            } else if (owner_.compare_exchange_weak(owner, owner | waiting, std::memory_order_relaxed)) {
                break;
            }
        }
        ensure((owner_.load(std::memory_order_relaxed) & ~waiting) != word(self), "mutex taken twice by one task");
        if (killable == Killable::Yes && kill_pending()) return fail(Error::Killed);
        if (deadline.passed()) return fail(Error::TimedOut);
        waiters->push_back(self);
        prepare_to_block(deadline, killable);
    }
    block();
    auto waiters = waiters_.lock();
    // release_slowly() makes the waiter that it takes off the list the owner.
    if (held_by_current()) return {};
    waiters->remove(self);
    return fail(kill_pending() ? Error::Killed : Error::TimedOut);
}

void Mutex::unlock() {
    Task& self = current();
    self.held_mutexes_.remove(*this);
    if (!give(self)) [[unlikely]]
        release_slowly(self);
}

void Mutex::release_slowly(Waiter& self) {
    do {
        auto waiters = waiters_.lock();
        ensure(held_by_current(), "mutex given back by a task that does not hold it");
        if (Waiter* const next = waiters->pop_front()) {
            owner_.store(word(*next) | (waiters->empty() ? 0 : waiting), std::memory_order_release);
            return wake(*next);
        }
        // Whoever waited gave up. Still ours while the spin lock is held: the next owner may destroy both.
        owner_.store(word(self), std::memory_order_relaxed);
    } while (!give(self));
}

void HeldMutexes::remove_from_below(Mutex& mutex) {
    Mutex** link = &first_;
    while (*link != &mutex) {
        ensure(*link != nullptr, "mutex given back by a task that does not hold it");
        link = &(*link)->next_held_;
    }
    *link = mutex.next_held_;
}

bool Mutex::held_by_current() const { return (owner_.load(std::memory_order_relaxed) & ~waiting) == word(current()); }

void Mutex::release_from_dying_owner() {
    log::warn("task {} died holding mutex '{}': what it protects may be half changed", current().name(), name_);
    poisoned_.store(true, std::memory_order_relaxed);
    unlock();
}

} // namespace kernel
