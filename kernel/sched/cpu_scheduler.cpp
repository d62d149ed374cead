// SPDX-License-Identifier: MIT
#include "kernel/sched/cpu_scheduler.hpp"

#include "kernel/base/events.hpp"

#include <arch/ipi.hpp>
#include <arch/irq.hpp>

namespace kernel {

[[clang::no_destroy]] constinit PerCpu<CpuScheduler> CpuScheduler::all_;

void CpuScheduler::adopt(Task& boot, Task& idle, mm::AddressSpaceCache& spaces) {
    spaces_ = &spaces;
    boot.state_.store(TaskState::Running, std::memory_order_relaxed);
    running_ = &boot;
    idle_ = &idle;
    arch::set_current_task(&boot);
}

void CpuScheduler::schedule() {
    Task& previous = *running_;
    Task* next = nullptr;
    {
        auto queue = queue_.lock();
        if (previous.state() == TaskState::Running) {
            if (queue->empty())
                return;
            if (&previous != idle_)
                queue->push(previous);
            previous.state_.store(TaskState::Ready, std::memory_order_relaxed);
        }
        Runnable* first = queue->pop();
        next = first != nullptr ? static_cast<Task*>(first) : idle_;
        next->state_.store(TaskState::Running, std::memory_order_relaxed);
    }
    slice_left_ = slice_ticks;
    if (next != &previous)
        switch_to(*next, previous);
}

void CpuScheduler::switch_to(Task& next, Task& previous) {
    // A task may be switched out inside an AddressSpaceScope: what is loaded is part of its state.
    previous.space_ = &spaces_->loaded();
    const mm::SpaceLoad load = spaces_->prepare_switch(*next.space_);
    running_ = &next;
    arch::set_current_task(&next);
    ++next.switches_;
    count(Event::TaskSwitches);
    arch::switch_context(previous.context_, next.context_, load.pgd, load.key_rights);
    switched();
}

void CpuScheduler::ask_to_schedule() {
    const unsigned cpu = static_cast<unsigned>(idle_->cpu_);
    if (cpu == arch::cpu_id())
        arch::request_reschedule();
    else
        arch::send_ipi(cpu, arch::Ipi::Reschedule);
}

void CpuScheduler::add(Task& task) {
    auto queue = queue_.lock();
    queue->push(task);
    if (running_ == idle_)
        ask_to_schedule();
}

void CpuScheduler::wake(Task& task, WakeCause cause) {
    auto queue = queue_.lock();
    if (task.state() != TaskState::Blocked)
        return;
    if (cause == WakeCause::Kill && !task.killable_wait_)
        return;
    task.state_.store(TaskState::Ready, std::memory_order_relaxed);
    queue->push(task);
    if (running_ == idle_)
        ask_to_schedule();
}

void CpuScheduler::prepare_to_block(Task& self, Deadline deadline, Killable killable) {
    if (const auto when = deadline.instant())
        timers_.lock()->add(self, *when);
    auto queue = queue_.lock();
    self.killable_wait_ = killable == Killable::Yes && self.kill_shields_ == 0;
    // kill() sets the flag before it takes the queue's lock, so one of the two sees the other.
    if (self.killable_wait_ && self.kill_requested())
        return;
    self.state_.store(TaskState::Blocked, std::memory_order_relaxed);
}

void CpuScheduler::block(Task& self) {
    arch::IrqGuard guard;
    // Ready: somebody was quick, and the task stands in the queue. Taking it out again is
    // schedule()'s.
    if (self.state() != TaskState::Running)
        schedule();
    if (self.timer_hook.is_linked())
        timers_.lock()->remove(self);
}

void CpuScheduler::die(Task& self) {
    self.state_.store(TaskState::Dead, std::memory_order_relaxed);
    dead_.push_back(self);
    reaper_.wake_one();
    schedule();
    panic("a dead task was run");
}

Task& CpuScheduler::next_dead() {
    for (;;) {
        {
            arch::IrqGuard guard;
            if (Task* task = dead_.pop_front())
                return *task;
        }
        // The reaper is never killed, so the wait ends only when there is work.
        static_cast<void>(reaper_.wait([this] { return !dead_.empty(); }));
    }
}

void CpuScheduler::idle_loop() {
    for (;;) {
        arch::disable_interrupts();
        schedule();
        // Nothing was ready. An interrupt that makes something ready ends the halt and switches on
        // exit.
        arch::wait_for_interrupt();
    }
}

void CpuScheduler::tick() {
    count(Event::Ticks);
    ensure(running_->stack_.intact(), "kernel stack overrun");
    spaces_->catch_up();
    timers_.with([this](TimerWheel& wheel) {
        wheel.advance(Instant::now(),
                      [this](Timed& timed) { wake(static_cast<Task&>(timed), WakeCause::Event); });
    });
    if (slice_left_ > 0)
        --slice_left_;
    if (slice_left_ > 0)
        return;
    if (queue_.with([](const RunQueue& queue) { return !queue.empty(); }))
        arch::request_reschedule();
}

} // namespace kernel
