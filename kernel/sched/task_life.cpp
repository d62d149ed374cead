// SPDX-License-Identifier: MIT
#include "kernel/sched/task_life.hpp"

#include "kernel/base/log.hpp"
#include "kernel/ns/net_namespace.hpp"
#include "kernel/sched/cpu_scheduler.hpp"
#include "kernel/sched/objects.hpp"
#include "kernel/sched/outside.hpp"
#include "kernel/sched/process.hpp"
#include "kernel/sched/task_table.hpp"
#include "mm/tables/address_space_cache.hpp"

#include <arch/irq.hpp>

#include <algorithm>

namespace kernel {

namespace {
constinit std::atomic<uint32_t> next_id{0};

mm::Domain* domain_of(NetNamespace* ns) { return ns != nullptr ? &ns->domain() : nullptr; }
} // namespace

mm::AddressSpace& TaskLife::space_of(NetNamespace* ns) {
    return ns != nullptr ? ns->address_space() : objects().spaces->kernel_space();
}

Result<Task*> TaskLife::make(const SpawnArgs& args, Process& process) {
    NetNamespace* ns = process.net_namespace();
    // First: a namespace, and the memory that the stack comes from, stays while a task is counted in.
    if (ns != nullptr) TRY(ns->admit_task());
    auto made = make_admitted(args, process);
    if (!made && ns != nullptr) ns->task_left();
    return made;
}

Result<Task*> TaskLife::make_admitted(const SpawnArgs& args, Process& process) {
    NetNamespace* ns = process.net_namespace();
    KernelStack stack = TRY(KernelStack::allocate(domain_of(ns), args.stack));
    Task* task = TRY(objects().tasks.make());
    task->id_ = next_id.fetch_add(1, std::memory_order_relaxed);
    const size_t length = std::min(args.name.size(), Task::name_size - 1);
    std::copy_n(args.name.begin(), length, task->name_.begin());
    task->function_ = args.function;
    task->argument_ = args.argument;
    task->stack_ = std::move(stack);
    task->context_ = arch::Context::start(task->stack_.top(), &enter, task);
    task->space_ = &space_of(ns);
    task->set_cpu(args.cpu.value_or(arch::cpu_id())); // where this runs, a moment ago at least
    task->bound_ = args.cpu.has_value();
    task->process_ = &process;
    process.add(*task);
    tasks().add(*task);
    return task;
}

Result<Task*> TaskLife::make_boot_task() {
    Task* task = TRY(objects().tasks.make());
    task->id_ = next_id.fetch_add(1, std::memory_order_relaxed);
    constexpr std::string_view name = "boot";
    std::copy(name.begin(), name.end(), task->name_.begin());
    task->space_ = &objects().spaces->kernel_space();
    task->process_ = &Process::kernel();
    task->process_->add(*task);
    tasks().add(*task);
    return task;
}

void TaskLife::launch(Task& task) { CpuScheduler::add(task); }

void TaskLife::enter(void* argument, arch::Context& left) {
    Task& self = *static_cast<Task*>(argument);
    CpuScheduler::switched(left);
    self.stack_.arm(); // here, where the stack is mapped, and not by whoever made the task
    arch::enable_interrupts();
    self.function_(self.argument_);
    end_current(ExitReason::Returned);
}

void TaskLife::end_current(ExitReason reason) {
    Task& self = current();
    ++self.kill_shields_; // nothing more to kill
    while (Mutex* held = self.held_mutexes_.front()) held->release_from_dying_owner();
    self.exit_reason_ = reason == ExitReason::Returned && self.kill_requested() ? ExitReason::Killed : reason;
    // From here on nothing runs before this task is dead: who has joined it may ask every CPU to reap.
    arch::disable_interrupts();
    self.exited_.complete();
    CpuScheduler::local().die(self);
}

void TaskLife::request_kill(Task& task) {
    if (task.kill_requested()) return;
    task.killed_at_ = Instant::now();
    // Ordering: whoever sees the flag sees the time.
    task.killed_.store(true, std::memory_order_release);
    CpuScheduler::wake(task, CpuScheduler::WakeCause::Kill);
}

void TaskLife::end_current_if_overdue() {
    Task& self = current();
    // Not while it is going to sleep or has just been woken: some queue may still hold it.
    if (self.state() != TaskState::Running || self.wait_hook.is_linked()) return;
    // Nor while it holds a mutex: what that guards may be half changed, such as lwIP's lists under its core lock.
    if (self.kill_shields_ > 0 || self.held_mutexes_.front() != nullptr || !self.stack_.exists()) return;
    if (Instant::now().since(self.killed_at_) < kill_grace) return;
    arch::enable_interrupts();
    end_current(ExitReason::Killed);
}

void TaskLife::reap(Task& task) {
    ensure(!task.context_.occupied(), "a task is reaped that stands on its stack");
    NetNamespace* ns = task.net_namespace();
    {
        // The frames are zeroed through the window that maps them.
        const mm::AddressSpaceScope scope(*objects().spaces, space_of(ns));
        ensure(task.stack_.intact(), "kernel stack overrun");
        task.stack_.free();
    }
    tasks().remove(task);
    // The count last: a namespace whose tasks are gone goes, and the process with it.
    NamespaceRef keep = ns != nullptr ? NamespaceRef(*ns) : NamespaceRef();
    task.process_->remove(task);
    if (ns != nullptr) ns->task_left();
    TaskRef::adopt(task).reset();
}

Result<> TaskLife::call_outside(OutsideCall call) {
    Task& self = current();
    self.outside_call_ = call;
    OutsideQueue::submit_and_sleep(self);
    return self.outside_call_.result;
}

void TaskLife::set_function(TaskFunction function, void* argument) {
    current().function_ = function;
    current().argument_ = argument;
}

Result<> TaskLife::move(Task& task, NetNamespace* ns) {
    ensure(!task.context_.occupied(), "a task is moved that stands on its stack");
    if (ns != nullptr) TRY(ns->admit_task()); // first, as in make()
    const auto moved = move_admitted(task, ns);
    if (!moved && ns != nullptr) ns->task_left();
    return moved;
}

Result<> TaskLife::move_admitted(Task& task, NetNamespace* ns) {
    KernelStack stack = TRY(KernelStack::allocate(domain_of(ns), task.stack_.size()));
    NamespaceRef left = TRY(task.process_->move(task, ns));
    {
        const mm::AddressSpaceScope scope(*objects().spaces, space_of(left.get()));
        task.stack_.free();
    }
    task.stack_ = std::move(stack);
    task.context_ = arch::Context::start(task.stack_.top(), &enter, &task);
    task.space_ = &space_of(ns);
    task.kill_shields_ = 0; // they stood on the old stack
    if (left) left->task_left();
    return {};
}

} // namespace kernel
