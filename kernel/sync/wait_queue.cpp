// SPDX-License-Identifier: MIT
#include "kernel/sync/wait_queue.hpp"

namespace kernel {

WaitQueue::~WaitQueue() { ensure(waiters_.unlocked().empty(), "wait queue destroyed while tasks wait in it"); }

Result<> WaitQueue::wait_erased(bool (*ready)(void*), void* argument, Deadline deadline) {
    ensure_may_sleep();
    Waiter& self = this_waiter();
    for (;;) {
        {
            auto waiters = waiters_.lock();
            // The second round comes here with the task still listed if it was not a waker that
            // woke it.
            if (self.wait_hook.is_linked()) waiters->remove(self);
            if (ready(argument)) return {};
            if (kill_pending()) return fail(Error::Killed);
            if (deadline.passed()) return fail(Error::TimedOut);
            waiters->push_back(self);
            prepare_to_block(deadline, Killable::Yes);
        }
        block();
    }
}

void WaitQueue::wake_one() {
    auto waiters = waiters_.lock();
    if (Waiter* first = waiters->pop_front()) wake(*first);
}

void WaitQueue::wake_all() {
    auto waiters = waiters_.lock();
    while (Waiter* first = waiters->pop_front()) wake(*first);
}

} // namespace kernel
