// SPDX-License-Identifier: MIT
#include "kernel/base/events.hpp"

#include <algorithm>

namespace kernel {

constinit PerCpu<detail::EventCounters> detail::event_counters;

std::string_view name(Event event) {
    switch (event) {
    case Event::PageTableWrites: return "page-table-writes";
    case Event::Splits: return "splits";
    case Event::Heals: return "heals";
    case Event::Invlpg: return "invlpg";
    case Event::FullFlushes: return "full-flushes";
    case Event::IpisSent: return "ipis-sent";
    case Event::Cr3Writes: return "cr3-writes";
    case Event::Cr3Kept: return "cr3-kept";
    case Event::ImageSwaps: return "image-swaps";
    case Event::KeyRightsWrites: return "pkrs-writes";
    case Event::FramesZeroed: return "frames-zeroed";
    case Event::BytesCopied: return "bytes-copied";
    case Event::FramesHandedOver: return "frames-handed-over";
    case Event::PacketsSent: return "packets-sent";
    case Event::PacketsReceived: return "packets-received";
    case Event::PacketsDropped: return "packets-dropped";
    case Event::TaskSwitches: return "task-switches";
    case Event::Ticks: return "ticks";
    case Event::Faults: return "faults";
    case Event::FramesAllocated: return "frames-allocated";
    case Event::FramesFreed: return "frames-freed";
    case Event::ObjectsAllocated: return "objects-allocated";
    case Event::ObjectsFreed: return "objects-freed";
    case Event::StaleWindowNs: return "stale-window-ns";
    }
    return "unknown";
}

EventSnapshot EventSnapshot::since(const EventSnapshot& earlier) const {
    EventSnapshot difference;
    for (std::size_t i = 0; i < event_count; ++i) {
        difference.values_[i] = values_[i] - earlier.values_[i];
    }
    // A maximum has no difference: report it as it stands.
    constexpr auto stale = std::to_underlying(Event::StaleWindowNs);
    difference.values_[stale] = values_[stale];
    return difference;
}

void count_maximum(Event event, std::uint64_t value) {
    auto& counter = detail::event_counters.local()[std::to_underlying(event)];
    std::uint64_t seen = counter.load(std::memory_order_relaxed);
    while (seen < value && !counter.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
    }
}

EventSnapshot snapshot_events() {
    EventSnapshot sum;
    constexpr auto stale = std::to_underlying(Event::StaleWindowNs);
    detail::event_counters.for_each([&sum](const detail::EventCounters& counters) {
        for (std::size_t i = 0; i < event_count; ++i) {
            const std::uint64_t value = counters[i].load(std::memory_order_relaxed);
            sum.values_[i] = i == stale ? std::max(sum.values_[i], value) : sum.values_[i] + value;
        }
    });
    return sum;
}

void reset_events() {
    detail::event_counters.for_each([](detail::EventCounters& counters) {
        for (auto& counter : counters) counter.store(0, std::memory_order_relaxed);
    });
}

} // namespace kernel
