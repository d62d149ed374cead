// SPDX-License-Identifier: MIT
// The scheduler's side of kernel/sync/blocking.hpp.
#include "kernel/sync/blocking.hpp"

#include "kernel/sched/cpu_scheduler.hpp"
#include "kernel/sched/sched.hpp"
#include "kernel/sync/rank_checker.hpp"

#include <arch/cpu.hpp>
#include <arch/irq.hpp>

namespace kernel {

Waiter& this_waiter() { return current(); }

void prepare_to_block(Deadline deadline, Killable killable) {
    CpuScheduler::prepare_to_block(current(), deadline, killable);
}

void block() { CpuScheduler::block(current()); }

void wake(Waiter& waiter) { CpuScheduler::wake(static_cast<Task&>(waiter), CpuScheduler::WakeCause::Event); }

namespace {
bool preemption_is_possible() {
    return arch::interrupts_enabled() && arch::preempt_count() == 0 && !arch::in_interrupt();
}
} // namespace

bool may_sleep() { return scheduler_running() && preemption_is_possible() && holds_no_spin_lock(); }

void check_may_sleep() {
    ensure(preemption_is_possible(), "sleeping where preemption is off");
    ensure(holds_no_spin_lock(), "sleeping with a spin lock held");
}

} // namespace kernel
