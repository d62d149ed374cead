// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace arch {

/// Measures the time-stamp counter and the local APIC timer against a reference, which takes about
/// 1 ms, and starts now_ns() at 0. Precondition: local_apic_initialise(). Interrupts off.
void clock_calibrate();

/// The rate of the local APIC timer, in ticks per second.
std::uint64_t local_timer_frequency();

} // namespace arch
