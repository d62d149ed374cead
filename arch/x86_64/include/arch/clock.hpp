// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace arch {

/// The time-stamp counter; under `-icount shift=0` the count of instructions. Any context.
inline std::uint64_t cycles() {
    std::uint32_t low;
    std::uint32_t high;
    asm volatile("rdtsc" : "=a"(low), "=d"(high));
    return std::uint64_t{high} << 32 | low;
}

/// Nanoseconds since the clock was calibrated during boot. Never goes backwards on one CPU. Any
/// context.
std::uint64_t now_ns();

/// How long so many cycles() last, in nanoseconds. For where the time of the beginning is taken more often than that
/// of the end.
std::uint64_t ns_in(std::uint64_t cycles);

/// The rate of cycles(), as measured.
std::uint64_t cycles_per_second();

/// Waits without giving up the CPU. For devices that need microseconds; longer waits are the
/// scheduler's.
void busy_wait_ns(std::uint64_t nanoseconds);

} // namespace arch
