// SPDX-License-Identifier: MIT
#include "kernel/sched/task.hpp"

#include "kernel/sched/objects.hpp"
#include "kernel/sched/process.hpp"
#include "kernel/sched/task_ref.hpp"

namespace kernel {

std::string_view name(TaskState state) {
    switch (state) {
    case TaskState::Ready:
        return "ready";
    case TaskState::Running:
        return "running";
    case TaskState::Blocked:
        return "blocked";
    case TaskState::Dead:
        return "dead";
    }
    return "unknown";
}

NetNamespace* Task::net_namespace() const { return process_->net_namespace(); }

void retain(Task& task) { task.references_.fetch_add(1, std::memory_order_relaxed); }

void release(Task& task) {
    // Ordering: whoever drops the last reference sees what the others did to the task before.
    if (task.references_.fetch_sub(1, std::memory_order_acq_rel) == 1) objects().tasks.destroy(task);
}

} // namespace kernel
