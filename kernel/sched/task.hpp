// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/intrusive_list.hpp"
#include "kernel/sched/kernel_stack.hpp"
#include "kernel/sched/outside_call.hpp"
#include "kernel/sched/runnable.hpp"
#include "kernel/sched/timed.hpp"
#include "kernel/sync/blocking.hpp"
#include "kernel/sync/completion.hpp"
#include "kernel/sync/mutex.hpp"
#include "kernel/sync/waiter.hpp"

#include <arch/context.hpp>
#include <arch/cpu.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace mm {
class AddressSpace;
}

namespace kernel {

class CpuScheduler;
class NetNamespace;
class Process;
class Semaphore;

/// What a task runs. Returning ends the task.
using TaskFunction = void (*)(void* argument);

enum class TaskState : uint8_t {
    Ready,   ///< in its CPU's run queue
    Running, ///< on its CPU
    Blocked, ///< waits for wake(), a deadline or a kill
    Dead,    ///< has left its stack for good
};

std::string_view name(TaskState state);

/// How a task ended.
enum class ExitReason : uint8_t { Returned, Killed, Faulted };

/// A thread of execution.
///
/// A task is a *shared* object: run queues, wait queues, timers and mutexes link tasks and are
/// walked on whatever page table is loaded, so nothing of it points into exclusive memory. Its
/// stack, when the task is in a namespace, is exclusive memory of the namespace's domain, and is
/// known here by its frames.
///
///     spawn -> Ready <-> Running -> Blocked -> Ready ...      exit(): Running -> Dead -> reaper
///
/// It may change its CPU while it is ready and has left its stack, unless it was spawned for one.
class Task : public Runnable, public Waiter, public Timed {
public:
    static constexpr size_t name_size = 24;

    Task() = default; ///< for TaskLife, which makes something of it
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;

    [[nodiscard]] uint32_t id() const { return id_; }
    [[nodiscard]] std::string_view name() const { return name_.data(); }
    [[nodiscard]] TaskState state() const { return state_.load(std::memory_order_relaxed); }
    /// The CPU that it runs on or waits for. Stable only under that CPU's run queue lock, or for the
    /// running task with preemption off.
    [[nodiscard]] unsigned cpu() const { return cpu_.load(std::memory_order_relaxed); }
    /// Whether it may not leave that CPU.
    [[nodiscard]] bool bound() const { return bound_; }
    [[nodiscard]] Process& process() const { return *process_; }
    /// The network namespace of the task's process; null for a kernel task outside all of them.
    [[nodiscard]] NetNamespace* net_namespace() const;
    /// What its page table is while it runs (also if it is switched out inside an
    /// AddressSpaceScope).
    [[nodiscard]] mm::AddressSpace* address_space() const { return space_; }
    [[nodiscard]] const KernelStack& stack() const { return stack_; }
    [[nodiscard]] uint64_t switches() const { return switches_; }
    [[nodiscard]] bool kill_requested() const { return killed_.load(std::memory_order_acquire); }
    /// Valid once the task is dead.
    [[nodiscard]] ExitReason exit_reason() const { return exit_reason_; }

    /// Per-task data of other subsystems; shared objects only, never exclusive ones.
    struct Locals {
        int error_number = 0;                  ///< errno of the sockets API
        Semaphore* thread_semaphore = nullptr; ///< lwIP's per-thread semaphore; its owner frees it
    } locals;

    /// Stands in the process's list of tasks (lock: the process's).
    ListHook<Task> process_hook;
    /// Stands in the table of all tasks (lock: the table's).
    ListHook<Task> table_hook;
    /// Stands in its CPU's list of dead tasks.
    ListHook<Task> dead_hook;

private:
    friend class CpuScheduler;
    friend class TaskLife;
    friend void retain(Task& task);
    friend void release(Task& task);
    friend class KillShield;
    friend class Mutex;

    void set_cpu(unsigned cpu) { cpu_.store(static_cast<uint8_t>(cpu), std::memory_order_relaxed); }

    // What a switch reads and writes, together in front.
    arch::Context context_{};
    mm::AddressSpace* space_ = nullptr;
    std::atomic<TaskState> state_{TaskState::Ready};
    std::atomic<bool> killed_{false};
    bool killable_wait_ = false; ///< the current wait ends when the task is killed (lock: run queue)
    bool bound_ = false;         ///< to cpu_, from its birth on
    std::atomic<uint8_t> cpu_{0};
    uint32_t kill_shields_ = 0; ///< touched by the task itself only
    Instant killed_at_;         ///< valid once killed_ is set
    uint64_t switches_ = 0;
    CpuScheduler* timer_ = nullptr; ///< whose wheel the current wait's deadline is in

    uint32_t id_ = 0;
    std::atomic<uint32_t> references_{1};
    KernelStack stack_;
    TaskFunction function_ = nullptr;
    void* argument_ = nullptr; ///< handed to `function_` on the task's own page table, never followed here
    ExitReason exit_reason_ = ExitReason::Returned;
    Completion exited_;
    OutsideCall outside_call_;
    HeldMutexes held_mutexes_;
    Process* process_ = nullptr;
    std::array<char, name_size> name_{};
};

/// The task that runs this. Precondition: the scheduler has started.
inline Task& current() { return *static_cast<Task*>(arch::current_task()); }

/// Whether there is a current task yet.
inline bool scheduler_running() { return arch::current_task() != nullptr; }

} // namespace kernel
