// SPDX-License-Identifier: MIT
#include "kernel/sched/outside.hpp"

#include "kernel/base/per_cpu.hpp"
#include "kernel/sched/task_life.hpp"

#include <arch/irq.hpp>

namespace kernel {

namespace {
[[clang::no_destroy]] constinit PerCpu<OutsideQueue> queues;
} // namespace

OutsideQueue& outside_queue() { return queues.local(); }

void OutsideQueue::submit_and_sleep(Task& self) {
    ensure_may_sleep();
    {
        // Until the task counts as blocked it must not be moved away from this CPU's server.
        const arch::IrqGuard on_this_cpu;
        OutsideQueue& here = outside_queue();
        auto callers = here.callers_.lock();
        callers->push_back(self);
        here.server_.wake_one(); // before this task counts as blocked, or a preemption would keep it
                                 // from waking
        prepare_to_block(Deadline::never(), Killable::No);
    }
    block();
}

void OutsideQueue::serve() {
    for (;;) {
        // The outside task is never killed, so the wait ends only when there is work.
        static_cast<void>(server_.wait([this] { return !callers_.unlocked().empty(); }));
        Waiter* waiter = callers_.lock()->pop_front();
        if (waiter == nullptr) continue;
        Task& caller = static_cast<Task&>(*waiter);
        TaskLife::outside_call(caller).serve(caller);
        wake(caller);
    }
}

} // namespace kernel
