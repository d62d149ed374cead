// SPDX-License-Identifier: MIT
#pragma once

#include "mm/addr.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

namespace arch {

/// What the kernel takes from the ACPI tables (specification 6.4, chapter 5). Tables are read once
/// during boot, while all of low memory is mapped, and never again.
struct AcpiInfo {
    struct IoApic {
        mm::PhysAddr registers;
        std::uint32_t first_interrupt; ///< global system interrupt of its input 0
    };
    /// A legacy line that is wired differently from the standard PC.
    struct Override {
        std::uint8_t line;
        std::uint32_t interrupt;
        bool active_low;
        bool level_triggered;
    };
    /// PCI Express configuration space of some buses, 1 MiB each.
    struct ConfigSpace {
        mm::PhysAddr base; ///< of bus 0, whether or not first_bus is 0
        std::uint8_t first_bus;
        std::uint8_t last_bus;
    };

    mm::PhysAddr local_apic{0xfee0'0000};
    std::array<std::uint32_t, 16> cpus{}; ///< local APIC numbers of usable CPUs
    std::size_t cpu_count = 0;
    std::array<IoApic, 4> io_apics{};
    std::size_t io_apic_count = 0;
    std::array<Override, 16> overrides{};
    std::size_t override_count = 0;
    ConfigSpace config_space{};
    bool has_config_space = false;
    std::uint16_t pm_timer_port = 0; ///< 0: none
    bool pm_timer_32_bits = false;
    std::uint16_t pm1_control_port = 0; ///< 0: none
};

/// Gives the parser `bytes` of physical memory at `address`, or an empty span where that cannot be
/// read.
using PhysicalReader = std::span<const std::byte> (*)(mm::PhysAddr address, std::uint64_t bytes);

/// Follows the root pointer at `rsdp` to the MADT, MCFG and FADT. Every table's checksum and every
/// length is checked; the error names the table and what is wrong with it. A missing MCFG or FADT
/// is no error, a missing MADT is.
std::expected<AcpiInfo, std::string_view> parse_acpi(mm::PhysAddr rsdp, PhysicalReader read);

/// This machine's, as parsed during boot; the standard PC's addresses if the tables were missing or
/// bad.
const AcpiInfo& acpi_info();

} // namespace arch
