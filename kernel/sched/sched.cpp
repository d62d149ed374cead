// SPDX-License-Identifier: MIT
#include "kernel/sched/sched.hpp"

#include "kernel/ns/net_namespace.hpp"
#include "kernel/sched/cpu_scheduler.hpp"
#include "kernel/sched/process.hpp"
#include "kernel/sched/task_life.hpp"
#include "kernel/sched/task_table.hpp"
#include "kernel/sync/rank_checker.hpp"

#include <arch/irq.hpp>
#include <arch/probe.hpp>
#include <arch/trap.hpp>

#include <array>
#include <cstddef>

namespace kernel {

namespace {

void end_faulted(void*) { TaskLife::end_current(ExitReason::Faulted); }

} // namespace

Result<TaskRef> spawn(const SpawnArgs& args) {
    Process& process = args.process != nullptr ? *args.process : current().process();
    Task* task = TRY(TaskLife::make(args, process));
    TaskRef ref(*task); // before it can run, end and be reaped
    TaskLife::launch(*task);
    return ref;
}

Result<TaskRef> spawn_process(NetNamespace* ns, const SpawnArgs& args) {
    Process* process = TRY(Process::create(ns));
    SpawnArgs first = args;
    first.process = process;
    auto task = spawn(first);
    if (!task) process->destroy_unused();
    return task;
}

void yield() {
    arch::IrqGuard guard;
    CpuScheduler::local().schedule();
}

bool kill_pending() { return TaskLife::kill_pending(current()); }

Result<> sleep_for(Duration length) {
    ensure_may_sleep();
    if (kill_pending()) return fail(Error::Killed);
    {
        arch::IrqGuard guard;
        prepare_to_block(Deadline::in(length), Killable::Yes);
    }
    block();
    if (kill_pending()) return fail(Error::Killed);
    return {};
}

void exit(ExitReason reason) {
    ensure_may_sleep();
    TaskLife::end_current(reason);
}

Result<ExitReason> join(Task& task, Deadline deadline) {
    TRY(TaskLife::exited(task).wait(deadline));
    return task.exit_reason();
}

void kill(Task& task) { TaskLife::request_kill(task); }

Result<> kill_current_from_trap(arch::TrapFrame& frame) {
    if (!scheduler_running() || arch::preempt_count() != 0 || arch::in_interrupt() || !holds_no_spin_lock())
        return fail(Error::Busy);
    const KernelStack& stack = current().stack();
    if (!stack.exists() || !TaskLife::begin_fault_exit(current())) return fail(Error::Busy);
    // The stack is where it will end, so it had better be there.
    std::array<std::byte, sizeof(uint64_t)> top;
    if (arch::probe_read(mm::VirtAddr{stack.top() - top.size()}, top) != top.size()) return fail(Error::Busy);
    frame.divert(&end_faulted, nullptr, stack.top());
    return {};
}

Result<> run_in(NetNamespace& ns, std::string_view name, TaskFunction function, void* argument) {
    TaskRef task = TRY(spawn_process(&ns, {.name = name, .function = function, .argument = argument}));
    KillShield shield; // `argument` is on our stack as a rule, so we cannot leave before the task does
    const ExitReason reason = TRY(join(*task));
    if (reason != ExitReason::Returned) return fail(Error::Killed);
    return {};
}

void for_each_task(void (*visit)(const Task&, void*), void* argument) {
    tasks().for_each([&](const Task& task) { visit(task, argument); });
}

} // namespace kernel
