// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/sched/sched.hpp"
#include "kernel/sync/deadline.hpp"

namespace kernel {

/// For tests: whether `task` is seen in `state` within five seconds. A task that was just started may not
/// have run yet, for its CPU may be another one, and slow. Sleeps meanwhile, so the caller holds no spin lock.
[[nodiscard]] inline bool reaches(const Task& task, TaskState state) {
    const Deadline deadline = Deadline::in(seconds(5));
    while (task.state() != state) {
        if (deadline.passed() || !sleep_for(milliseconds(1))) return false;
    }
    return true;
}

} // namespace kernel
