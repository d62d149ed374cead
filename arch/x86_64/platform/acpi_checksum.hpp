// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace arch {

/// Whether the bytes of an ACPI table add up to 0 modulo 256, as all of them must.
constexpr bool acpi_checksum_holds(std::span<const std::byte> table) {
    std::uint8_t sum = 0;
    for (const std::byte byte : table) sum = static_cast<std::uint8_t>(sum + std::to_integer<unsigned>(byte));
    return sum == 0;
}

} // namespace arch
