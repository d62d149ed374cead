// SPDX-License-Identifier: MIT
#pragma once

#include <arch/clock.hpp>
#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "kernel/base/events.hpp"

namespace kernel::bench {

/// How often a figure is taken; the median counts, so that a timer tick in one sample does not.
inline constexpr std::size_t samples = 15;
inline constexpr std::size_t warm_ups = 3;

/// What one operation costs. Cycles are instructions under `-icount shift=0`.
struct Figure {
    std::string_view name;
    std::uint64_t operations = 1;     ///< per sample
    std::uint64_t cycles = 0;         ///< of the median sample
    EventSnapshot events{};           ///< of the last sample
};

/// Prints one line: the figure per operation, and the events per operation that are not zero.
void print_figure(const Figure& figure);
/// Says that a figure could not be taken.
void print_missing(std::string_view name, std::string_view why);

/// Runs `batch`, which does `operations` operations, often enough, and returns the median. `batch` is
/// told by its return value whether it could do its work; false ends the measurement.
template <class Batch>
bool measure(Figure& figure, Batch&& batch) {
    std::array<std::uint64_t, samples> taken;
    for (std::size_t i = 0; i < warm_ups + samples; ++i) {
        const EventSnapshot before = snapshot_events();
        const std::uint64_t start = arch::cycles();
        if (!batch()) return false;
        const std::uint64_t cycles = arch::cycles() - start;
        figure.events = snapshot_events().since(before);
        if (i >= warm_ups) taken[i - warm_ups] = cycles;
    }
    std::ranges::sort(taken, [](std::uint64_t a, std::uint64_t b) { return a < b; });
    figure.cycles = taken[samples / 2];
    return true;
}

/// measure() and print.
template <class Batch>
void figure(std::string_view name, std::uint64_t operations, Batch&& batch) {
    Figure result{.name = name, .operations = operations};
    if (measure(result, batch)) {
        print_figure(result);
    } else {
        print_missing(name, "an operation failed");
    }
}

} // namespace kernel::bench
