// SPDX-License-Identifier: MIT
#include "kernel/base/events.hpp"

#include <algorithm>

namespace kernel {

std::string_view name(Event event) {
    switch (event) {
    case Event::PageTableWrites:
        return "page-table-writes";
    case Event::Splits:
        return "splits";
    case Event::Heals:
        return "heals";
    case Event::Invlpg:
        return "invlpg";
    case Event::FullFlushes:
        return "full-flushes";
    case Event::IpisSent:
        return "ipis-sent";
    case Event::Cr3Writes:
        return "cr3-writes";
    case Event::Cr3Kept:
        return "cr3-kept";
    case Event::ImageSwaps:
        return "image-swaps";
    case Event::KeyRightsWrites:
        return "pkrs-writes";
    case Event::FramesZeroed:
        return "frames-zeroed";
    case Event::BytesCopied:
        return "bytes-copied";
    case Event::FramesHandedOver:
        return "frames-handed-over";
    case Event::PacketsSent:
        return "packets-sent";
    case Event::PacketsReceived:
        return "packets-received";
    case Event::PacketsDropped:
        return "packets-dropped";
    case Event::TaskSwitches:
        return "task-switches";
    case Event::Ticks:
        return "ticks";
    case Event::Faults:
        return "faults";
    case Event::FramesAllocated:
        return "frames-allocated";
    case Event::FramesFreed:
        return "frames-freed";
    case Event::ObjectsAllocated:
        return "objects-allocated";
    case Event::ObjectsFreed:
        return "objects-freed";
    case Event::StaleWindowNs:
        return "stale-window-ns";
    }
    return "unknown";
}

EventSnapshot EventSnapshot::since(const EventSnapshot& earlier) const {
    EventSnapshot difference;
    for (std::size_t i = 0; i < event_count; ++i) {
        // A maximum has no difference: report it as it stands.
        const bool maximum = is_maximum(static_cast<Event>(i));
        difference.values_[i] = maximum ? values_[i] : values_[i] - earlier.values_[i];
    }
    return difference;
}

void EventSnapshot::add(const EventSnapshot& other) {
    for (std::size_t i = 0; i < event_count; ++i) {
        const bool maximum = is_maximum(static_cast<Event>(i));
        values_[i] = maximum ? std::max(values_[i], other.values_[i]) : values_[i] + other.values_[i];
    }
}

} // namespace kernel
