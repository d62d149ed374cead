// SPDX-License-Identifier: MIT
#include "kernel/sync/mutex.hpp"

#include "kernel/base/log.hpp"
#include "kernel/sched/task.hpp"

namespace kernel {

Mutex::~Mutex() {
    ensure(state_.unlocked().owner == nullptr, "mutex destroyed while held");
}

void Mutex::lock() {
    const auto result = acquire(Deadline::never(), Killable::No);
    ensure(result.has_value(), "an unlimited wait for a mutex failed");
}

Result<> Mutex::lock_until(Deadline deadline) {
    return acquire(deadline, Killable::Yes);
}

bool Mutex::try_lock() {
    Task& self = current();
    {
        auto state = state_.lock();
        if (state->owner != nullptr)
            return false;
        state->owner = &self;
    }
    self.held_mutexes_.push_back(*this);
    return true;
}

Result<> Mutex::acquire(Deadline deadline, Killable killable) {
    ensure_may_sleep();
    Task& self = current();
    bool must_wait = false;
    {
        auto state = state_.lock();
        ensure(state->owner != &self, "mutex taken twice by one task");
        if (state->owner == nullptr) {
            state->owner = &self;
        } else {
            if (killable == Killable::Yes && kill_pending())
                return fail(Error::Killed);
            if (deadline.passed())
                return fail(Error::TimedOut);
            state->waiters.push_back(self);
            prepare_to_block(deadline, killable);
            must_wait = true;
        }
    }
    if (must_wait) {
        block();
        auto state = state_.lock();
        // release() makes the waiter that it takes off the list the owner.
        if (state->owner != &self) {
            state->waiters.remove(self);
            return fail(kill_pending() ? Error::Killed : Error::TimedOut);
        }
    }
    self.held_mutexes_.push_back(*this);
    return {};
}

void Mutex::unlock() {
    current().held_mutexes_.remove(*this);
    release(Poison::No);
}

void Mutex::release(Poison poison) {
    auto state = state_.lock();
    ensure(state->owner == &current(), "mutex given back by a task that does not hold it");
    if (poison == Poison::Yes)
        state->poisoned = true;
    state->owner = state->waiters.pop_front();
    if (state->owner != nullptr)
        wake(*state->owner);
}

bool Mutex::held_by_current() const {
    return state_.unlocked().owner == &current();
}

void Mutex::clear_poison() {
    state_.lock()->poisoned = false;
}

void Mutex::release_from_dying_owner() {
    log::warn("task {} died holding mutex '{}': what it protects may be half changed",
              current().name(), name_);
    current().held_mutexes_.remove(*this);
    release(Poison::Yes);
}

} // namespace kernel
