// SPDX-License-Identifier: MIT
#pragma once

#include <arch/clock.hpp>
#include <cstdint>

#include "kernel/base/events.hpp"

namespace kernel::bench {

/// Takes the cycles and the events of one sample: the sum over every stretch from start() to stop(). The
/// two stand in the code that is measured, which may be in another task and namespace than the one
/// that made the stopwatch, as long as that one made it in shared memory.
class Stopwatch {
public:
    // The counters are read outside the stretch that is timed, and the clock last and first.
    void start() {
        before_ = snapshot_events();
        started_ = arch::cycles();
    }
    void stop() {
        const std::uint64_t now = arch::cycles();
        cycles_ += now - started_;
        events_.add(snapshot_events().since(before_));
    }

    std::uint64_t cycles() const { return cycles_; }
    const EventSnapshot& events() const { return events_; }

private:
    std::uint64_t started_ = 0;
    std::uint64_t cycles_ = 0;
    EventSnapshot before_{};
    EventSnapshot events_{};
};

} // namespace kernel::bench
