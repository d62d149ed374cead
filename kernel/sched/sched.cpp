// SPDX-License-Identifier: MIT
#include "kernel/sched/sched.hpp"

#include "kernel/diag/watchdog.hpp"
#include "kernel/ns/net_namespace.hpp"
#include "kernel/sched/cpu_scheduler.hpp"
#include "kernel/sched/objects.hpp"
#include "kernel/sched/outside.hpp"
#include "kernel/sched/process.hpp"
#include "kernel/sched/task_life.hpp"
#include "kernel/sched/task_table.hpp"
#include "kernel/sync/rank_checker.hpp"
#include "mm/address_space_cache.hpp"
#include "mm/memory.hpp"

#include <arch/irq.hpp>
#include <arch/probe.hpp>
#include <arch/timer.hpp>
#include <arch/trap.hpp>

#include <array>
#include <cstddef>

namespace kernel {

namespace {

void idle_task(void*) {
    CpuScheduler::local().idle_loop();
}

void reaper_task(void*) {
    for (;;)
        TaskLife::reap(CpuScheduler::local().next_dead());
}

void outside_task(void*) {
    outside_queue().serve();
}

void on_tick() {
    CpuScheduler::local().tick();
    Watchdog::check();
}

void on_irq_exit() {
    if (current().kill_requested()) [[unlikely]]
        TaskLife::end_current_if_overdue();
    if (!arch::reschedule_requested())
        return;
    arch::clear_reschedule();
    CpuScheduler::local().schedule();
}

void end_faulted(void*) {
    TaskLife::end_current(ExitReason::Faulted);
}

} // namespace

Result<> start_scheduler(mm::Memory& memory, mm::AddressSpaceCache& spaces) {
    TRY(objects().open(memory.slabs(), spaces));
    TRY(Process::create_kernel());
    Process& process = Process::kernel();
    Task* boot = TRY(TaskLife::make_boot_task());
    Task* idle = TRY(TaskLife::make({.name = "idle", .function = &idle_task}, process));
    CpuScheduler::local().adopt(*boot, *idle, spaces);
    Task* reaper = TRY(TaskLife::make({.name = "reaper", .function = &reaper_task}, process));
    Task* outside = TRY(TaskLife::make({.name = "outside", .function = &outside_task}, process));
    TaskLife::launch(*reaper);
    TaskLife::launch(*outside);
    arch::set_irq_exit_hook(&on_irq_exit);
    arch::start_tick(CpuScheduler::ticks_per_second, &on_tick);
    arch::enable_interrupts();
    return {};
}

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
    if (!task)
        process->destroy_unused();
    return task;
}

void yield() {
    arch::IrqGuard guard;
    CpuScheduler::local().schedule();
}

bool kill_pending() {
    return TaskLife::kill_pending(current());
}

Result<> sleep_for(Duration length) {
    ensure_may_sleep();
    if (kill_pending())
        return fail(Error::Killed);
    {
        arch::IrqGuard guard;
        prepare_to_block(Deadline::in(length), Killable::Yes);
    }
    block();
    if (kill_pending())
        return fail(Error::Killed);
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

void kill(Task& task) {
    TaskLife::request_kill(task);
}

Result<> kill_current_from_trap(arch::TrapFrame& frame) {
    if (!scheduler_running() || arch::preempt_count() != 0 || arch::in_interrupt() ||
        !holds_no_spin_lock())
        return fail(Error::Busy);
    const KernelStack& stack = current().stack();
    if (!stack.exists() || !TaskLife::begin_fault_exit(current()))
        return fail(Error::Busy);
    // The stack is where it will end, so it had better be there.
    std::array<std::byte, sizeof(uint64_t)> top;
    if (arch::probe_read(mm::VirtAddr{stack.top() - top.size()}, top) != top.size())
        return fail(Error::Busy);
    frame.divert(&end_faulted, nullptr, stack.top());
    return {};
}

Result<> run_in(NetNamespace& ns, std::string_view name, TaskFunction function, void* argument) {
    TaskRef task =
        TRY(spawn_process(&ns, {.name = name, .function = function, .argument = argument}));
    KillShield
        shield; // `argument` is on our stack as a rule, so we cannot leave before the task does
    const ExitReason reason = TRY(join(*task));
    if (reason != ExitReason::Returned)
        return fail(Error::Killed);
    return {};
}

void for_each_task(void (*visit)(const Task&, void*), void* argument) {
    tasks().for_each([&](const Task& task) { visit(task, argument); });
}

} // namespace kernel
