// SPDX-License-Identifier: MIT
#include "kernel/sync/semaphore.hpp"

namespace kernel {

Semaphore::~Semaphore() { ensure(state_.unlocked().waiters.empty(), "semaphore destroyed while tasks wait for it"); }

Result<> Semaphore::acquire(Deadline deadline) {
    ensure_may_sleep();
    Waiter& self = this_waiter();
    {
        auto state = state_.lock();
        if (state->permits > 0) {
            --state->permits;
            return {};
        }
        if (kill_pending()) return fail(Error::Killed);
        if (deadline.passed()) return fail(Error::TimedOut);
        state->waiters.push_back(self);
        prepare_to_block(deadline, Killable::Yes);
    }
    block();
    auto state = state_.lock();
    // release() hands its permit to the waiter that it takes off the list.
    if (!self.wait_hook.is_linked()) return {};
    state->waiters.remove(self);
    return fail(kill_pending() ? Error::Killed : Error::TimedOut);
}

Result<> Semaphore::try_acquire() {
    auto state = state_.lock();
    if (state->permits == 0) return fail(Error::WouldBlock);
    --state->permits;
    return {};
}

void Semaphore::release() {
    auto state = state_.lock();
    if (Waiter* first = state->waiters.pop_front()) {
        wake(*first);
    } else {
        ++state->permits;
    }
}

} // namespace kernel
