// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/sched/timed.hpp"

#include <array>
#include <cstdint>

namespace kernel {

/// The deadlines of one CPU's tasks: a hashed timing wheel (Varghese and Lauck 1987, scheme 6).
/// Time is cut into granules of 2^20 ns; a deadline stands in the slot of its granule modulo the
/// number of slots. Adding and removing take constant time and no division; a tick looks at the
/// slots of the granules that went by, and skips what is due in a later round.
///
///     granule      ... 255 | 256  257  258 ...
///     slot         ... 255 |   0    1    2 ...
///                              ^ now_: everything before it has been looked at
///
/// Never early: a task is due in the first tick after the granule of its deadline has ended, so at
/// most a granule and a tick late. Not locked.
class TimerWheel {
public:
    static constexpr unsigned granule_shift = 20;
    static constexpr size_t slot_count = 256;

    /// Precondition: `task` is in no wheel.
    void add(Timed& task, Instant wake_at);

    /// Takes the task out if it is in; harmless if it is not.
    void remove(Timed& task);

    /// Takes out all that are due at `now` and calls `expired(Timed&)` for each.
    template <class F>
    void advance(Instant now, F&& expired) {
        const uint64_t end = granule(now);
        // After a long gap each slot is looked at once.
        uint64_t begin = now_;
        if (end - begin > slot_count) begin = end - slot_count;
        now_ = end;
        for (uint64_t g = begin; g != end && size_ > 0; ++g) expire(slots_[g % slot_count], end, expired);
    }

    [[nodiscard]] size_t size() const { return size_; }

private:
    using Slot = IntrusiveList<Timed, &Timed::timer_hook>;

    static constexpr uint64_t granule(Instant t) { return t.ns() >> granule_shift; }

    template <class F>
    void expire(Slot& slot, uint64_t end, F&& expired) {
        for (auto it = slot.begin(); it != slot.end();) {
            Timed& task = *it;
            ++it; // before the removal cuts the link
            if (granule(task.wake_at) >= end) continue;
            slot.remove(task);
            --size_;
            expired(task);
        }
    }

    std::array<Slot, slot_count> slots_{};
    uint64_t now_ = 0;
    size_t size_ = 0;
};

} // namespace kernel
