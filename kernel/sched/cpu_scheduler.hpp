// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/intrusive_list.hpp"
#include "kernel/base/per_cpu.hpp"
#include "kernel/sched/chore.hpp"
#include "kernel/sched/policy.hpp"
#include "kernel/sched/run_queue.hpp"
#include "kernel/sched/task.hpp"
#include "kernel/sched/timer_wheel.hpp"
#include "kernel/sync/deadline.hpp"
#include "kernel/sync/spin_locked.hpp"
#include "kernel/sync/wait_queue.hpp"
#include "mm/tables/address_space_cache.hpp"
#include "mm/tlb/cpu_mask.hpp"

#include <atomic>
#include <cstdint>

namespace kernel {

/// Who runs on one CPU, and when the others may: preemptive round robin over the CPU's own queue.
///
/// The state changes of a task, all under the run queue's lock of the CPU that it belongs to:
///
///     Running -> Ready    schedule() of a task that could go on: to the end of the queue
///     Running -> Blocked  prepare_to_block(); the task runs on until block()
///     Blocked -> Ready    wake(): into the queue, even if the task has not left the CPU yet
///     Ready   -> Running  schedule() picks it, perhaps the very task that called
///     Running -> Dead     die()
///
/// A task changes its CPU only while it is Ready or being made so, and only if it has left its stack
/// (arch::Context::occupied): when it is woken or new, to an idle CPU; or when a CPU with less to do
/// pulls it. Both happen under the lock of the queue that it leaves, so whoever holds the lock of the
/// queue of task.cpu() and finds that it still is, knows where the task is. Two queues' locks are
/// never held together. A dead task's reaper is bound to the CPU that the task died on: so it knows
/// that the task has left its stack.
class CpuScheduler {
public:
    /// Ticks that a task may use up before the next one's turn.
    static constexpr uint32_t slice_ticks = 4;
    static constexpr uint32_t ticks_per_second = 1000;
    /// Ticks between two looks at whether another CPU has much more to do.
    static constexpr uint32_t balance_ticks = 8;

    /// This CPU's. Preemption or interrupts off, or the caller bound to its CPU.
    static CpuScheduler& local() { return all_.local(); }
    static CpuScheduler& on(unsigned cpu) { return all_.of(cpu); }

    /// Boot only, before any other call.
    static void use(mm::AddressSpaceCache& spaces, SchedulingPolicy policy) {
        spaces_ = &spaces;
        policy_ = policy;
    }
    static SchedulingPolicy policy() { return policy_; }

    /// Makes the flow that calls, which runs on no task yet, into `boot`, and `idle` what runs when
    /// nothing else can; they may be the same. On the CPU itself, interrupts off.
    void adopt(Task& boot, Task& idle);

    /// Gives the CPU to the next ready task, if there is one or the current one cannot go on.
    /// Returns when the current task is picked again, perhaps on another CPU. Interrupts off; no spin
    /// lock held.
    void schedule();

    /// What is left to do on the next task's stack: the task that stood on `left` may go elsewhere
    /// from here on. A task's first run begins with it. Interrupts off.
    static void switched(arch::Context& left) {
        spaces_->finish_switch();
        left.leave();
    }

    /// Puts a new task into a queue. Any context.
    static void add(Task& task);

    enum class WakeCause : uint8_t { Event, Kill };
    /// Makes a blocked task ready; a kill does so only in a killable wait. Any context, any CPU.
    static void wake(Task& task, WakeCause cause);

    /// See kernel/sync/blocking.hpp. The first with interrupts off.
    static void prepare_to_block(Task& self, Deadline deadline, Killable killable);
    static void block(Task& self);

    /// The current task leaves its stack for good and goes to the reaper. Interrupts off.
    [[noreturn]] void die(Task& self);

    /// What the reaper does: frees what dead tasks leave, and runs chores.
    [[noreturn]] void reaper_loop();
    /// Whether the current task is a reaper, which cannot wait for what reapers do.
    static bool is_reaping() { return local().reaping_ == &current(); }
    /// Has the reaper run `chore` after all tasks that are dead by then. Precondition: the one before is
    /// done. Any CPU.
    void give_chore(Chore& chore);

    /// What the idle task does.
    [[noreturn]] void idle_loop();

    /// The periodic interrupt.
    void tick();

    /// For `cpus` and tests: ready tasks, a moment ago.
    [[nodiscard]] size_t ready() const { return queue_.unlocked().size(); }
    /// What the CPU ran a moment ago; null before it started. The caller holds the table of tasks.
    [[nodiscard]] const Task* running() const { return running_; }
    [[nodiscard]] bool idle() const { return running_ == idle_; }
    [[nodiscard]] uint64_t pulled() const { return pulled_; }

private:
    static CpuScheduler& of(const Task& task) { return all_.of(task.cpu()); }

    /// The task to run next, out of the queue; null: none is ready. The second under SchedulingPolicy::Namespace.
    Task* pick(RunQueue& queue);
    Task* pick_for_namespace(RunQueue& queue);
    void switch_to(Task& next, Task& previous);
    /// Puts a ready task, which is in no queue and belongs to this CPU, into the queue.
    void enqueue(Task& task);
    void enqueue_locked(RunQueue& queue, Task& task);
    /// Has this CPU, which may be another than the one that runs this, look at its queue.
    void ask_to_schedule();

    /// An idle CPU for a ready task that would otherwise stand in this CPU's queue, claimed for it;
    /// null if the task is to stay. The caller holds the queue's lock, or the task is new.
    CpuScheduler* find_idle(const Task& task, size_t ready_here);
    /// Takes a task over from the CPU with the most ready ones, if it has at least `least`.
    bool pull(size_t least);

    static PerCpu<CpuScheduler> all_;
    static inline constinit mm::AddressSpaceCache* spaces_ = nullptr;
    static inline constinit SchedulingPolicy policy_ = SchedulingPolicy::RoundRobin;
    /// The CPUs that have nothing to do and that nobody has claimed yet. A CPU puts itself in before
    /// it looks at its queue for the last time; whoever takes it out puts a task into that queue.
    static inline constinit mm::SharedCpuMask idle_cpus_{};

    IrqSpinLocked<RunQueue, Rank::RunQueue> queue_;
    Task* running_ = nullptr; ///< written under the queue's lock
    Task* idle_ = nullptr;
    uint32_t slice_left_ = 0;
    uint32_t until_balance_ = balance_ticks;
    uint32_t kept_ = 0;   ///< picks in a row that kept the address space, under SchedulingPolicy::Namespace
    uint64_t pulled_ = 0; ///< tasks taken over from other CPUs
    IrqSpinLocked<TimerWheel, Rank::Timers> timers_;
    Task* next_dead();

    IntrusiveList<Task, &Task::dead_hook> dead_; ///< this CPU only, interrupts off
    std::atomic<Chore*> chore_{nullptr};
    WaitQueue reaper_;
    const Task* reaping_ = nullptr; ///< the reaper, once it runs; it is bound to this CPU
};

} // namespace kernel
