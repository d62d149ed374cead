// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/ref.hpp"
#include "kernel/sched/task.hpp"

namespace kernel {

/// Keeps a task's structure alive, also after the task has died. Letting go does not stop the task. A task is born with
/// one reference.
using TaskRef = Ref<Task>;

} // namespace kernel
