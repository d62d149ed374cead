// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "kernel/sched/task.hpp"
#include "kernel/sched/task_ref.hpp"
#include "kernel/sync/deadline.hpp"

#include <optional>
#include <string_view>

namespace arch {
struct TrapFrame;
}

namespace kernel {

class Process;

/// What a new task is made of.
struct SpawnArgs {
    std::string_view name; ///< cut to Task::name_size - 1 characters
    TaskFunction function = nullptr;
    void* argument = nullptr;      ///< in shared memory, or in that of the process's own namespace
    Process* process = nullptr;    ///< null: the current task's process
    std::optional<unsigned> cpu{}; ///< the task runs there and nowhere else; unset: anywhere
    StackSize stack = StackSize::Usual;
};

/// Makes a task in an existing process. Its stack comes from the domain of the process's namespace,
/// or from shared memory if it has none. Errors: OutOfMemory, DomainLimit. Thread context.
Result<TaskRef> spawn(const SpawnArgs& args);

/// Makes a process in `ns` (null: outside all namespaces) and its first task.
/// Errors: OutOfMemory, DomainLimit, Closed if the namespace is going away. Thread context.
Result<TaskRef> spawn_process(NetNamespace* ns, const SpawnArgs& args);

/// Lets the other ready tasks of this CPU run first. Thread context, no spin lock held.
void yield();

/// Sleeps for at least `length`; a granule of about 1 ms and a tick longer at most. Error: Killed.
Result<> sleep_for(Duration length);

/// Ends the current task. Mutexes it holds are given back poisoned; destructors do not run.
[[noreturn]] void exit(ExitReason reason = ExitReason::Returned);

/// Waits until `task` has ended and says how. Errors: TimedOut, Killed (the caller was).
Result<ExitReason> join(Task& task, Deadline deadline = Deadline::never());

/// Asks `task` to end: its killable waits fail with Error::Killed from now on, and it is expected
/// to return. If it is still running two seconds later, it is ended wherever it stands, unless
/// under a KillShield, with preemption off, or while it holds a mutex: what that guards may be half
/// changed. No effect on a dead task. Thread context.
void kill(Task& task);

/// For the fault handler: makes the interrupted task end instead of going on, by rewriting `frame`
/// to run exit() on the task's own stack. A task that cannot be ended there (it holds a spin lock,
/// keeps preemption off, has lost its stack, or is ending already) is refused with Error::Busy: the
/// kernel itself is broken.
Result<> kill_current_from_trap(arch::TrapFrame& frame);

/// Runs `function(argument)` in a task of its own inside `ns` and waits for it to end. `argument`
/// must be readable there: shared memory, such as the stack of a task outside all namespaces.
/// Errors: those of spawn_process(); Killed if the task was killed or died of a fault.
Result<> run_in(NetNamespace& ns, std::string_view name, TaskFunction function, void* argument);

/// Calls `visit(const Task&)` for each task, with the table's lock held. Thread context.
void for_each_task(void (*visit)(const Task&, void*), void* argument);
template <class F>
void for_each_task(F&& visit) {
    for_each_task([](const Task& task, void* f) { (*static_cast<std::remove_reference_t<F>*>(f))(task); }, &visit);
}

/// Puts off a kill of the current task for its lifetime, so that clean-up may wait. Nests.
class [[nodiscard]] KillShield {
public:
    KillShield() { ++current().kill_shields_; }
    ~KillShield() { --current().kill_shields_; }
    KillShield(const KillShield&) = delete;
    KillShield& operator=(const KillShield&) = delete;
};

} // namespace kernel
