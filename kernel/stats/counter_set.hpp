// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "kernel/base/events.hpp"

namespace kernel {

/// One CPU's counters of one account, and what they held at the last reset. Only the CPU itself writes
/// its counters, so a reset cannot set them to zero: it notes where they stand. A maximum is written
/// atomically, and is set to zero.
class CounterSet {
public:
    CounterSet(std::uint64_t* counters, std::uint64_t* at_reset) : counters_(counters), at_reset_(at_reset) {}

    EventSnapshot read() const {
        std::array<std::uint64_t, event_count> values{};
        for (std::size_t i = 0; i < event_count; ++i) {
            const std::uint64_t now = load(counters_[i]);
            values[i] = is_maximum(static_cast<Event>(i)) ? now : now - load(at_reset_[i]);
        }
        return EventSnapshot(values);
    }

    void reset() const {
        for (std::size_t i = 0; i < event_count; ++i) {
            if (is_maximum(static_cast<Event>(i))) {
                std::atomic_ref(counters_[i]).store(0, std::memory_order_relaxed);
            } else {
                std::atomic_ref(at_reset_[i]).store(load(counters_[i]), std::memory_order_relaxed);
            }
        }
    }

private:
    // Ordering: relaxed, because counters order nothing.
    static std::uint64_t load(std::uint64_t& counter) {
        return std::atomic_ref(counter).load(std::memory_order_relaxed);
    }

    std::uint64_t* counters_;
    std::uint64_t* at_reset_;
};

} // namespace kernel
