// SPDX-License-Identifier: MIT
#include "kernel/sched/cpu_scheduler.hpp"

#include "kernel/base/events.hpp"
#include "kernel/sched/task_life.hpp"

#include <arch/ipi.hpp>
#include <arch/irq.hpp>

#include <bit>
#include <utility>

namespace kernel {

[[clang::no_destroy]] constinit PerCpu<CpuScheduler> CpuScheduler::all_;

void CpuScheduler::adopt(Task& boot, Task& idle) {
    boot.state_.store(TaskState::Running, std::memory_order_relaxed);
    boot.context_.occupy();
    running_ = &boot;
    idle_ = &idle;
    arch::set_current_task(&boot);
}

// --- what runs next ------------------------------------------------------------------------------

[[gnu::always_inline]] inline void CpuScheduler::switch_to(Task& next, Task& previous) {
    // A task may be switched out inside an AddressSpaceScope: what is loaded is part of its state.
    mm::AddressSpace& loaded = spaces_->loaded();
    previous.space_ = &loaded;
    const mm::SpaceLoad load = spaces_->prepare_switch(loaded, *next.space_);
    arch::set_current_task(&next);
    next.context_.occupy();
    ++next.switches_;
    count(Event::TaskSwitches);
    // This may be another CPU when it returns, so nothing of `*this` is good any more.
    switched(*arch::switch_context(previous.context_, next.context_, load.pgd, load.key_rights));
}

inline Task* CpuScheduler::pick(RunQueue& queue) {
    return policy_ == SchedulingPolicy::RoundRobin ? static_cast<Task*>(queue.pop()) : pick_for_namespace(queue);
}

void CpuScheduler::schedule() {
    Task& previous = *running_;
    Task* next = nullptr;
    {
        auto queue = queue_.lock_inside();
        if (previous.state() == TaskState::Running) {
            if (queue->empty()) return;
            next = pick(*queue);
            if (&previous != idle_) [[likely]]
                queue->push(previous);
            else
                idle_cpus_.remove(idle_->cpu());
            previous.state_.store(TaskState::Ready, std::memory_order_relaxed);
        } else {
            next = pick(*queue);
            if (next == nullptr) next = idle_;
        }
        next->state_.store(TaskState::Running, std::memory_order_relaxed);
        running_ = next;
    }
    slice_left_ = slice_ticks;
    // It was made ready before it came here: it goes on.
    if (next != &previous) switch_to(*next, previous);
}

Task* CpuScheduler::pick_for_namespace(RunQueue& queue) {
    const mm::AddressSpace* const loaded = &spaces_->loaded();
    Runnable* same = nullptr;
    if (kept_ < NamespaceAffinity::run)
        same = queue.take_first(NamespaceAffinity::depth,
                                [&](Runnable& ready) { return static_cast<Task&>(ready).space_ == loaded; });
    kept_ = same != nullptr ? kept_ + 1 : 0;
    return static_cast<Task*>(same != nullptr ? same : queue.pop());
}

// --- becoming ready ------------------------------------------------------------------------------

void CpuScheduler::ask_to_schedule() {
    const unsigned cpu = idle_->cpu();
    if (cpu == arch::cpu_id())
        arch::request_reschedule();
    else
        arch::send_ipi(cpu, arch::Ipi::Reschedule);
}

void CpuScheduler::enqueue_locked(RunQueue& queue, Task& task) {
    queue.push(task);
    // A CPU that runs something looks at its queue in time, and so does one that is just coming up and has no
    // idle task yet; one that halts has to be woken.
    if (idle_ != nullptr && idle()) {
        idle_cpus_.remove(idle_->cpu());
        ask_to_schedule();
    }
}

void CpuScheduler::enqueue(Task& task) {
    auto queue = queue_.lock();
    enqueue_locked(*queue, task);
}

CpuScheduler* CpuScheduler::find_idle(const Task& task, size_t ready_here) {
    const uint32_t idle_now = idle_cpus_.load().raw();
    if (idle_now == 0) [[likely]]
        return nullptr;
    if (idle() || task.bound_ || task.context_.occupied()) return nullptr;
    if (policy_ == SchedulingPolicy::Namespace && ready_here < NamespaceAffinity::crowd) return nullptr;
    for (uint32_t left = idle_now; left != 0; left &= left - 1) {
        const auto cpu = static_cast<unsigned>(std::countr_zero(left));
        if (idle_cpus_.take(cpu)) return &all_.of(cpu);
    }
    return nullptr;
}

void CpuScheduler::add(Task& task) {
    // Nobody else knows the task yet, so it may be put anywhere.
    if (policy_ == SchedulingPolicy::Namespace && !task.bound_) {
        for (unsigned cpu = 0; cpu < arch::max_cpus; ++cpu)
            if (all_.of(cpu).running_ != nullptr && &spaces_->loaded_on(cpu) == task.space_) task.set_cpu(cpu);
    }
    CpuScheduler& home = of(task);
    CpuScheduler* const better = home.find_idle(task, home.ready());
    if (better != nullptr) task.set_cpu(better->idle_->cpu());
    (better != nullptr ? *better : home).enqueue(task);
}

void CpuScheduler::wake(Task& task, WakeCause cause) {
    for (;;) {
        CpuScheduler& home = of(task);
        CpuScheduler* better = nullptr;
        {
            auto queue = home.queue_.lock();
            if (&of(task) != &home) [[unlikely]]
                continue; // it moved between the look and the lock
            if (task.state() != TaskState::Blocked) return;
            if (cause == WakeCause::Kill && !task.killable_wait_) return;
            task.state_.store(TaskState::Ready, std::memory_order_relaxed);
            better = home.find_idle(task, queue->size());
            if (better == nullptr) return home.enqueue_locked(*queue, task);
            task.set_cpu(better->idle_->cpu());
        }
        return better->enqueue(task);
    }
}

// --- waiting -------------------------------------------------------------------------------------

void CpuScheduler::prepare_to_block(Task& self, Deadline deadline, Killable killable) {
    CpuScheduler& here = local();
    if (const auto when = deadline.instant()) {
        here.timers_.lock()->add(self, *when);
        self.timer_ = &here;
    }
    auto queue = here.queue_.lock();
    self.killable_wait_ = killable == Killable::Yes && self.kill_shields_ == 0;
    // kill() sets the flag before it takes the queue's lock, so one of the two sees the other.
    if (self.killable_wait_ && self.kill_requested()) return;
    self.state_.store(TaskState::Blocked, std::memory_order_relaxed);
}

void CpuScheduler::block(Task& self) {
    arch::IrqGuard guard;
    // Ready: somebody was quick, and the task stands in the queue. Taking it out again is
    // schedule()'s.
    if (self.state() != TaskState::Running) local().schedule();
    // Under the lock, even if the timer has gone off: its wake-up must not come after this wait.
    if (self.timer_ != nullptr) std::exchange(self.timer_, nullptr)->timers_.lock()->remove(self);
}

void CpuScheduler::die(Task& self) {
    self.state_.store(TaskState::Dead, std::memory_order_relaxed);
    dead_.push_back(self);
    reaper_.wake_one();
    schedule();
    panic("a dead task was run");
}

Task* CpuScheduler::next_dead() {
    const arch::IrqGuard guard;
    return dead_.pop_front();
}

void CpuScheduler::reaper_loop() {
    reaping_ = &current();
    for (;;) {
        // The chore first, the dead after: whoever died before it was given is reaped before it runs.
        Chore* const chore = chore_.load(std::memory_order_acquire);
        while (Task* const dead = next_dead()) TaskLife::reap(*dead);
        if (chore != nullptr) {
            chore->run(chore->argument);
            // Ordering: release pairs with the load above; the next one is given after `done`.
            chore_.store(nullptr, std::memory_order_release);
            chore->done.release();
        }
        // The reaper is never killed, so the wait ends only when there is work.
        static_cast<void>(
            reaper_.wait([this] { return !dead_.empty() || chore_.load(std::memory_order_relaxed) != nullptr; }));
    }
}

void CpuScheduler::give_chore(Chore& chore) {
    chore_.store(&chore, std::memory_order_release);
    reaper_.wake_one();
}

// --- balance -------------------------------------------------------------------------------------

bool CpuScheduler::pull(size_t least) {
    CpuScheduler* busiest = nullptr;
    for (unsigned cpu = 0; cpu < arch::max_cpus; ++cpu) {
        CpuScheduler& other = all_.of(cpu);
        if (&other == this || other.ready() < least) continue;
        least = other.ready() + 1;
        busiest = &other;
    }
    if (busiest == nullptr) return false;
    Runnable* const taken = busiest->queue_.with([this](RunQueue& queue) {
        Runnable* const found = queue.take_first(queue.size(), [](Runnable& ready) {
            const Task& task = static_cast<Task&>(ready);
            return !task.bound_ && !task.context_.occupied();
        });
        if (found != nullptr) static_cast<Task*>(found)->set_cpu(idle_->cpu());
        return found;
    });
    if (taken == nullptr) return false;
    ++pulled_;
    enqueue(static_cast<Task&>(*taken));
    return true;
}

void CpuScheduler::idle_loop() {
    const size_t least = policy_ == SchedulingPolicy::Namespace ? NamespaceAffinity::crowd + 1 : 1;
    const unsigned here = idle_->cpu();
    for (;;) {
        arch::disable_interrupts();
        schedule();
        if (pull(least)) continue;
        idle_cpus_.add(here);
        if (queue_.with([](const RunQueue& queue) { return !queue.empty(); })) continue;
        // Nothing was ready. An interrupt that makes something ready ends the halt and switches on
        // exit.
        arch::wait_for_interrupt();
    }
}

void CpuScheduler::tick() {
    count(Event::Ticks);
    ensure(running_->stack_.intact(), "kernel stack overrun");
    spaces_->catch_up();
    timers_.with([](TimerWheel& wheel) {
        wheel.advance(Instant::now(), [](Timed& timed) { wake(static_cast<Task&>(timed), WakeCause::Event); });
    });
    if (--until_balance_ == 0) {
        until_balance_ = balance_ticks;
        if (!idle()) pull(ready() + 2);
    }
    if (slice_left_ > 0) --slice_left_;
    if (slice_left_ > 0) return;
    if (queue_.with([](const RunQueue& queue) { return !queue.empty(); })) arch::request_reschedule();
}

} // namespace kernel
