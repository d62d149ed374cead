// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/intrusive_list.hpp"
#include "kernel/base/per_cpu.hpp"
#include "kernel/sched/run_queue.hpp"
#include "kernel/sched/task.hpp"
#include "kernel/sched/timer_wheel.hpp"
#include "kernel/sync/deadline.hpp"
#include "kernel/sync/spin_locked.hpp"
#include "kernel/sync/wait_queue.hpp"
#include "mm/address_space_cache.hpp"

#include <cstdint>

namespace kernel {

/// Who runs on one CPU, and when the others may: preemptive round robin over the CPU's own queue.
///
/// The state changes of a task, all under the run queue's lock:
///
///     Running -> Ready    schedule() of a task that could go on: to the end of the queue
///     Running -> Blocked  prepare_to_block(); the task runs on until block()
///     Blocked -> Ready    wake(): into the queue, even if the task has not left the CPU yet
///     Ready   -> Running  schedule() picks it, perhaps the very task that called
///     Running -> Dead     die()
///
/// Only the CPU itself takes tasks off its queue, and a dead task's reaper runs on the same CPU: so
/// whoever finds a task in the queue or among the dead knows that it has left its stack.
class CpuScheduler {
  public:
    /// Ticks that a task may use up before the next one's turn.
    static constexpr uint32_t slice_ticks = 4;
    static constexpr uint32_t ticks_per_second = 1000;

    /// This CPU's. Preemption off, or the caller bound to its CPU (all tasks are).
    static CpuScheduler& local() { return all_.local(); }
    /// The one that `task` runs on.
    static CpuScheduler& of(const Task& task) { return all_.of(task.cpu_); }

    /// Makes the boot flow, which runs on no task yet, into `boot`, and `idle` what runs when
    /// nothing else can. Interrupts off.
    void adopt(Task& boot, Task& idle, mm::AddressSpaceCache& spaces);

    /// Gives the CPU to the next ready task, if there is one or the current one cannot go on.
    /// Returns when the current task is picked again. Interrupts off; no spin lock held.
    void schedule();

    /// What is left to do on the next task's stack. A task's first run begins with it. Interrupts
    /// off.
    void switched() { spaces_->finish_switch(); }

    /// Puts a new task into the queue. Any context.
    void add(Task& task);

    enum class WakeCause : uint8_t { Event, Kill };
    /// Makes a blocked task ready; a kill does so only in a killable wait. Any context, any CPU.
    void wake(Task& task, WakeCause cause);

    /// See kernel/sync/blocking.hpp.
    void prepare_to_block(Task& self, Deadline deadline, Killable killable);
    void block(Task& self);

    /// The current task leaves its stack for good and goes to the reaper. Interrupts off.
    [[noreturn]] void die(Task& self);

    /// The next dead task whose remains are to be freed; sleeps until there is one. For the reaper.
    Task& next_dead();

    /// What the idle task does.
    [[noreturn]] void idle_loop();

    /// The periodic interrupt.
    void tick();

  private:
    /// Has this CPU, which may be another than the one that runs this, look at its queue.
    void ask_to_schedule();
    void switch_to(Task& next, Task& previous);

    static PerCpu<CpuScheduler> all_;

    IrqSpinLocked<RunQueue, Rank::RunQueue> queue_;
    IrqSpinLocked<TimerWheel, Rank::Timers> timers_;
    Task* running_ = nullptr;
    Task* idle_ = nullptr;
    mm::AddressSpaceCache* spaces_ = nullptr;
    uint32_t slice_left_ = 0;
    IntrusiveList<Task, &Task::dead_hook> dead_; ///< this CPU only, interrupts off
    WaitQueue reaper_;
};

} // namespace kernel
