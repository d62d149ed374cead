// SPDX-License-Identifier: MIT
#include "kernel/sched/task.hpp"

namespace kernel {
/// Until the scheduler is linked in, no task has a namespace.
[[gnu::weak]] NetNamespace* Task::net_namespace() const { return nullptr; }
} // namespace kernel
