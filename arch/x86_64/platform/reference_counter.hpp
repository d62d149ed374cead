// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace arch {

/// A counter of known frequency that the others are measured against: the ACPI power management
/// timer (specification 4.8.3.3), or channel 2 of the 8254 where there is none.
class ReferenceCounter {
public:
    /// Chooses by acpi_info() and starts it.
    ReferenceCounter();

    /// Ticks per second.
    std::uint64_t frequency() const;
    /// Ticks from `earlier` to `later`, both results of read() less than 16 ms apart.
    std::uint64_t elapsed(std::uint32_t earlier, std::uint32_t later) const;
    /// The counter, rising, wrapping at a width that elapsed() knows.
    std::uint32_t read() const;

private:
    std::uint16_t pm_timer_port_;
};

} // namespace arch
