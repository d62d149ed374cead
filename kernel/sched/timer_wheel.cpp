// SPDX-License-Identifier: MIT
#include "kernel/sched/timer_wheel.hpp"

#include <algorithm>

namespace kernel {

void TimerWheel::add(Timed& task, Instant wake_at) {
    // A deadline in the past goes where the next tick looks.
    const Instant first = Instant::from_ns(now_ << granule_shift);
    task.wake_at = std::max(wake_at, first);
    slots_[granule(task.wake_at) % slot_count].push_back(task);
    ++size_;
}

void TimerWheel::remove(Timed& task) {
    if (!task.timer_hook.is_linked()) return;
    slots_[granule(task.wake_at) % slot_count].remove(task);
    --size_;
}

} // namespace kernel
