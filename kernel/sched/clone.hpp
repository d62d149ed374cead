// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "kernel/sched/task.hpp"
#include "kernel/sched/task_ref.hpp"

#include <string_view>

namespace kernel {

class NetNamespace;

/// What a cloned task shares with its parent; combined with `|`.
enum class CloneFlags : uint8_t {
    None = 0,
    Thread = 1, ///< another thread of the same process; else a process of its own in the same namespace
    NewNet = 2, ///< in a new network namespace, named after the task; not with Thread
};
constexpr CloneFlags operator|(CloneFlags a, CloneFlags b) {
    return static_cast<CloneFlags>(static_cast<uint8_t>(a) | static_cast<uint8_t>(b));
}
constexpr bool has(CloneFlags flags, CloneFlags flag) {
    return (static_cast<uint8_t>(flags) & static_cast<uint8_t>(flag)) != 0;
}

/// Makes a task as clone(2) does, except that it starts in `function` on a fresh stack.
/// Errors: InvalidArgument (Thread with NewNet), Exists (a namespace of that name), and those of
/// spawn() and of creating a namespace.
Result<TaskRef> clone(CloneFlags flags, std::string_view name, TaskFunction function, void* argument);

/// Moves the current process into `ns` (null: out of all namespaces). Does not return on success:
/// the task goes on in `function(argument)` on a fresh stack in the new domain, because its present
/// stack is memory of the old one. Returning from `function` ends the task. `argument` must be
/// readable in the new namespace. Mutexes stay held. Errors, the task being where it was:
/// MultiThreaded (the process has other threads), Closed (the namespace is going away),
/// OutOfMemory, DomainLimit.
Error setns(NetNamespace* ns, TaskFunction function, void* argument);

/// Moves the current process into a new network namespace of that name. As setns(); also: Exists.
Error unshare(std::string_view ns_name, TaskFunction function, void* argument);

} // namespace kernel
