// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <arch/counters.hpp>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

/// What the system counts, because a clock says little under emulation. Every result that Lacuna
/// reports can be given in these events.
namespace kernel {

enum class Event : std::uint8_t {
    PageTableWrites, ///< entries written in any page table
    Splits,          ///< large direct-map leaves broken up
    Heals,           ///< large direct-map leaves brought back
    Invlpg,          ///< single-page invalidations on this CPU
    FullFlushes,     ///< whole-TLB flushes that were not a task switch
    IpisSent,        ///< shootdown requests to other CPUs
    Cr3Writes,       ///< address-space loads
    Cr3Kept,         ///< of those, loads that kept what the TLB knew (PCID)
    ImageSwaps,      ///< lwIP image entry swapped under isolation `none` and `pks`
    KeyRightsWrites, ///< writes of IA32_PKRS under isolation `pks`
    FramesZeroed,
    BytesCopied,      ///< packet bytes copied between frames
    FramesHandedOver, ///< frames that changed owner without a copy
    PacketsSent,
    PacketsReceived,
    PacketsDropped,
    TaskSwitches,
    Ticks,
    Faults, ///< touches of unmapped memory that ended a task
    FramesAllocated,
    FramesFreed,
    ObjectsAllocated, ///< slab objects, shared and exclusive
    ObjectsFreed,
    StaleWindowNs, ///< longest time an unmapped page could still be cached; a maximum, not a sum
};

inline constexpr std::size_t event_count = std::to_underlying(Event::StaleWindowNs) + 1;
static_assert(event_count <= arch::counter_slots);

/// Whether an event's counter holds the largest value seen instead of a sum.
constexpr bool is_maximum(Event event) { return event == Event::StaleWindowNs; }

/// The name `stats` prints, in kebab-case.
std::string_view name(Event event);

/// The values of all counters at one time.
class EventSnapshot {
public:
    EventSnapshot() = default;
    explicit EventSnapshot(std::span<const std::uint64_t, event_count> values) {
        std::ranges::copy(values, values_.begin());
    }

    std::uint64_t operator[](Event event) const { return values_[std::to_underlying(event)]; }

    /// What happened between `earlier` and this snapshot.
    EventSnapshot since(const EventSnapshot& earlier) const;
    /// Adds what `other` counted; of a maximum, the larger stays.
    void add(const EventSnapshot& other);

private:
    std::array<std::uint64_t, event_count> values_{};
};

/// Adds to the counters of whose address space this CPU has loaded: a domain, or the kernel outside all
/// of them. Any context, interrupts included; two instructions. <arch/counters.hpp> says why a task
/// that moves to another CPU in between counts right.
[[gnu::always_inline]] inline void count(Event event, std::uint64_t n = 1) {
    arch::add_to_counter(std::to_underlying(event), n);
}

/// Raises the counter to `value` if it is lower (StaleWindowNs). Any context.
void count_maximum(Event event, std::uint64_t value);

/// Sums (for StaleWindowNs, the maximum) over all CPUs and domains, those that have ended included,
/// since the last reset. Not one instant: CPUs count on meanwhile. Thread context.
EventSnapshot snapshot_events();
/// The same of one CPU.
EventSnapshot snapshot_events(unsigned cpu);

/// Lets every counter begin at zero again, those of all accounts (kernel/stats). Thread context.
void reset_events();

} // namespace kernel
