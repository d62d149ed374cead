// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

/// How the 256 interrupt vectors are shared out. A higher number has priority over a lower one at
/// the local APIC.
namespace arch {

inline constexpr std::uint8_t vector_first_interrupt = 0x20;
inline constexpr std::uint8_t vector_first_device = 0x30; ///< message-signalled and I/O APIC interrupts
inline constexpr std::uint8_t vector_last_device = 0xdf;
/// Where the legacy controller is moved to: it is masked, but may still report a spurious
/// interrupt.
inline constexpr std::uint8_t vector_legacy_controller = 0xe0;
inline constexpr std::uint8_t vector_timer = 0xf0;
inline constexpr std::uint8_t vector_first_ipi = 0xf1; ///< one for each arch::Ipi
inline constexpr std::uint8_t vector_spurious = 0xff;

} // namespace arch
