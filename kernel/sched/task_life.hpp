// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "kernel/sched/sched.hpp"
#include "kernel/sched/task.hpp"

namespace kernel {

/// Birth, death and moving house of tasks: the only code besides the CPU's scheduler that reaches
/// into a task. The functions of sched.hpp and clone.hpp are its public face.
class TaskLife {
public:
    /// A task of `process`, known to the table and ready to be given to a scheduler.
    static Result<Task*> make(const SpawnArgs& args, Process& process);
    /// As make(), without a stack of ours: the task that the boot flow becomes.
    static Result<Task*> make_boot_task();
    static void launch(Task& task);

    [[noreturn]] static void end_current(ExitReason reason);
    /// Notes that `task` is about to end by a fault; false if it already was, which is no way to
    /// end.
    static bool begin_fault_exit(Task& task) {
        if (task.exit_reason_ == ExitReason::Faulted) return false;
        task.exit_reason_ = ExitReason::Faulted;
        return true;
    }
    static void request_kill(Task& task);
    static bool kill_pending(const Task& task) { return task.kill_requested() && task.kill_shields_ == 0; }
    /// How long a killed task may go on without a wait that fails before it is ended where it
    /// stands.
    static constexpr Duration kill_grace = seconds(2);
    /// Ends the current task if it was killed longer ago than that, and can be. At the end of an
    /// interrupt that interrupted it with preemption possible; interrupts off.
    static void end_current_if_overdue();
    static Completion& exited(Task& task) { return task.exited_; }

    /// Frees what a dead task leaves but its structure, which goes with the last reference. For the
    /// reaper: outside all namespaces, on a shared stack.
    static void reap(Task& task);

    /// Has `serve(current)` run by the outside task while the current one sleeps. `serve` reads its
    /// arguments from, and leaves its result in, the task's OutsideCall.
    static Result<> call_outside(OutsideCall call);
    static OutsideCall& outside_call(Task& task) { return task.outside_call_; }

    /// Moves a sleeping task, which has left its CPU, to `ns`: a fresh stack there, the old one
    /// freed. It will go on in its function_. For the outside task. Errors as setns().
    static Result<> move(Task& task, NetNamespace* ns);
    /// What the current task runs after a move.
    static void set_function(TaskFunction function, void* argument);

private:
    // As above, when the namespace has counted the task in.
    static Result<Task*> make_admitted(const SpawnArgs& args, Process& process);
    static Result<> move_admitted(Task& task, NetNamespace* ns);

    static void enter(void* task, arch::Context& left);
    static mm::AddressSpace& space_of(NetNamespace* ns);
};

} // namespace kernel
