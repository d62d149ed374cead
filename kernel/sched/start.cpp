// SPDX-License-Identifier: MIT
#include "kernel/sched/start.hpp"

#include "kernel/base/per_cpu.hpp"
#include "kernel/diag/watchdog.hpp"
#include "kernel/sched/cpu_scheduler.hpp"
#include "kernel/sched/objects.hpp"
#include "kernel/sched/outside.hpp"
#include "kernel/sched/task_life.hpp"
#include "kernel/smp/standstill.hpp"
#include "mm/memory.hpp"
#include "mm/tables/address_space_cache.hpp"

#include <arch/ipi.hpp>
#include <arch/irq.hpp>
#include <arch/timer.hpp>

namespace kernel {

namespace {

constinit PerCpu<Task*> idle_tasks;

void idle_task(void*) { CpuScheduler::local().idle_loop(); }

void reaper_task(void*) { CpuScheduler::local().reaper_loop(); }

void outside_task(void*) { outside_queue().serve(); }

void on_tick() {
    CpuScheduler::local().tick();
    Watchdog::check();
}

void on_irq_exit() {
    smp::stand_still_if_asked();
    if (current().kill_requested()) [[unlikely]]
        TaskLife::end_current_if_overdue();
    if (!arch::reschedule_requested()) return;
    arch::clear_reschedule();
    CpuScheduler::local().schedule();
}

Result<Task*> make_bound(std::string_view name, TaskFunction function, unsigned cpu) {
    return TaskLife::make({.name = name, .function = function, .cpu = cpu}, Process::kernel());
}

} // namespace

Result<> start_scheduler(mm::Memory& memory, mm::AddressSpaceCache& spaces, SchedulingPolicy policy) {
    CpuScheduler::use(spaces, policy);
    TRY(objects().open(memory.slabs(), spaces));
    TRY(Process::create_kernel());
    Task* boot = TRY(TaskLife::make_boot_task());
    Task* idle = TRY(make_bound("idle", &idle_task, 0));
    CpuScheduler::local().adopt(*boot, *idle);
    TRY(spawn_helpers(0));
    arch::set_irq_exit_hook(&on_irq_exit);
    arch::set_ipi_handler(arch::Ipi::Reschedule, &arch::request_reschedule);
    arch::start_tick(CpuScheduler::ticks_per_second, &on_tick);
    arch::enable_interrupts();
    return {};
}

Result<uint64_t> make_idle_task(unsigned cpu) {
    Task* idle = TRY(make_bound("idle", &idle_task, cpu));
    idle_tasks.of(cpu) = idle;
    return idle->stack().top();
}

void run_idle_task() {
    Task& idle = *idle_tasks.local();
    idle.stack().arm();
    CpuScheduler::local().adopt(idle, idle);
    arch::start_tick(CpuScheduler::ticks_per_second, &on_tick);
    CpuScheduler::local().idle_loop();
}

Result<> spawn_helpers(unsigned cpu) {
    Task* reaper = TRY(make_bound("reaper", &reaper_task, cpu));
    Task* outside = TRY(make_bound("outside", &outside_task, cpu));
    TaskLife::launch(*reaper);
    TaskLife::launch(*outside);
    return {};
}

} // namespace kernel
