// SPDX-License-Identifier: MIT
#pragma once

#include <arch/cpu.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace arch {

inline constexpr std::size_t counter_slots = 32;
inline constexpr std::size_t counter_stride = 512;

namespace host {

struct alignas(counter_stride) CounterArea {
    std::array<std::uint64_t, counter_slots> counters;
};
inline constinit std::array<CounterArea, max_cpus> counter_areas{};
inline constinit std::array<std::atomic<std::uint64_t>, max_cpus> counter_sets{}; ///< selected, by CPU

} // namespace host

inline std::uint64_t* own_counters(unsigned cpu) { return host::counter_areas[cpu].counters.data(); }

inline std::uint64_t counter_set() { return host::counter_sets[cpu_id()].load(std::memory_order_relaxed); }
inline void select_counter_set(std::uint64_t set) {
    host::counter_sets[cpu_id()].store(set, std::memory_order_relaxed);
}

/// Several threads may be one CPU here, so this is atomic.
inline void add_to_counter(std::size_t slot, std::uint64_t n) {
    const auto own = reinterpret_cast<std::uintptr_t>(&own_counters(cpu_id())[slot]);
    auto* const counter = reinterpret_cast<std::uint64_t*>(own + counter_set()); // NOLINT(performance-no-int-to-ptr)
    std::atomic_ref(*counter).fetch_add(n, std::memory_order_relaxed);
}

} // namespace arch
