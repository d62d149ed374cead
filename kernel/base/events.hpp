// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "kernel/base/per_cpu.hpp"

/// What the system counts, because a clock says little under emulation. Every result that Lacuna
/// reports can be given in these events.
namespace kernel {

enum class Event : std::uint8_t {
    PageTableWrites,   ///< entries written in any page table
    Splits,            ///< large direct-map leaves broken up
    Heals,             ///< large direct-map leaves brought back
    Invlpg,            ///< single-page invalidations on this CPU
    FullFlushes,       ///< whole-TLB flushes that were not a task switch
    IpisSent,          ///< shootdown requests to other CPUs
    Cr3Writes,         ///< address-space loads
    Cr3Kept,           ///< of those, loads that kept what the TLB knew (PCID)
    ImageSwaps,        ///< lwIP image entry swapped under isolation `none`
    KeyRightsWrites,   ///< writes of IA32_PKRS under isolation `pks`
    FramesZeroed,
    BytesCopied,       ///< packet bytes copied between frames
    FramesHandedOver,  ///< frames that changed owner without a copy
    PacketsSent,
    PacketsReceived,
    PacketsDropped,
    TaskSwitches,
    Ticks,
    Faults,            ///< touches of unmapped memory that ended a task
    FramesAllocated,
    FramesFreed,
    ObjectsAllocated,  ///< slab objects, shared and exclusive
    ObjectsFreed,
    StaleWindowNs,     ///< longest time an unmapped page could still be cached; a maximum, not a sum
};

inline constexpr std::size_t event_count = std::to_underlying(Event::StaleWindowNs) + 1;

/// The name `stats` prints, in kebab-case.
std::string_view name(Event event);

/// The values of all counters at one time.
class EventSnapshot {
public:
    std::uint64_t operator[](Event event) const { return values_[std::to_underlying(event)]; }

    /// What happened between `earlier` and this snapshot.
    EventSnapshot since(const EventSnapshot& earlier) const;

private:
    friend EventSnapshot snapshot_events();
    std::array<std::uint64_t, event_count> values_{};
};

namespace detail {
using EventCounters = std::array<std::atomic<std::uint64_t>, event_count>;
extern PerCpu<EventCounters> event_counters;
} // namespace detail

/// Adds to this CPU's counter. Any context, interrupts included; one instruction and the CPU's number.
inline void count(Event event, std::uint64_t n = 1) {
    // Ordering: relaxed, because counters order nothing. Atomic, because a task may move to another
    // CPU between reading the CPU's number and adding.
    detail::event_counters.local()[std::to_underlying(event)].fetch_add(n, std::memory_order_relaxed);
}

/// Raises this CPU's counter to `value` if it is lower (StaleWindowNs).
void count_maximum(Event event, std::uint64_t value);

/// Sums (for StaleWindowNs, the maximum) over all CPUs. Not one instant: CPUs count on meanwhile.
EventSnapshot snapshot_events();

void reset_events();

} // namespace kernel
