// SPDX-License-Identifier: MIT
#pragma once

#include <arch/per_cpu.hpp>

#include <cstddef>
#include <cstdint>

/// Counters that cost two instructions and no lock. Each CPU has a set of its own in its area; other
/// sets can stand anywhere, if those of neighbouring CPUs are counter_stride apart like the areas. A
/// set is then known by its distance from the area, which is the same on every CPU:
///
///     area of CPU 0        set of CPU 0
///          |--- counter_set --->|
///     area of CPU 1        set of CPU 1       each counter_stride behind the one of CPU 0
///          |--- counter_set --->|
///
/// The addition finds its CPU by %gs in the instruction itself. So a task that is moved to another
/// CPU between reading the distance and adding adds to its new CPU's set of the same owner; and an
/// interrupt falls before or after the addition, never into it. No two CPUs write one counter.
namespace arch {

/// Adds to a counter of the set that this CPU counts in. Any context.
[[gnu::always_inline]] inline void add_to_counter(std::size_t slot, std::uint64_t n) {
    std::uint64_t set;
    asm volatile("movq %%gs:%c1, %0" : "=r"(set) : "i"(offsetof(PerCpuArea, counter_set)));
    asm volatile("addq %0, %%gs:%c2(%1)"
                 :
                 : "er"(n), "r"(set), "i"(offsetof(PerCpuArea, counters) + slot * sizeof(std::uint64_t))
                 : "memory", "cc");
}

/// The set that the running CPU counts in, as a distance. Preemption off.
inline std::uint64_t counter_set() {
    std::uint64_t set;
    asm volatile("movq %%gs:%c1, %0" : "=r"(set) : "i"(offsetof(PerCpuArea, counter_set)));
    return set;
}

/// Makes the running CPU count in another set. Preemption off. Whoever counts afterwards, interrupt
/// handlers included, counts there: the sets outlive that.
inline void select_counter_set(std::uint64_t set) {
    asm volatile("movq %0, %%gs:%c1" : : "r"(set), "i"(offsetof(PerCpuArea, counter_set)) : "memory");
}

/// A CPU's own counters: those of set 0.
inline std::uint64_t* own_counters(unsigned cpu) { return per_cpu_area(cpu).counters.data(); }

} // namespace arch
