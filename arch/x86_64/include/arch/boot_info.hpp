// SPDX-License-Identifier: MIT
#pragma once

#include "mm/addr.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace arch {

/// The end of what the boot page tables map at the direct map's place.
inline constexpr std::uint64_t boot_reachable = std::uint64_t{4} << 30;

enum class BootProtocol : std::uint8_t { Pvh, Multiboot2 };

enum class MemoryKind : std::uint8_t {
    Usable,   ///< RAM, free but for what BootInfo names
    Acpi,     ///< tables; unused once the kernel runs, but not counted as RAM
    Reserved, ///< firmware, devices, defects
};

struct MemoryRange {
    mm::PhysRange range;
    MemoryKind kind;
};

/// What the boot loader said, copied into the kernel's own memory: nothing here points outside the
/// image.
struct BootInfo {
    BootProtocol protocol;
    /// Sorted and free of overlaps. Usable ranges are rounded inwards to pages; the others win
    /// where two overlap.
    std::span<const MemoryRange> memory;
    std::string_view command_line;
    mm::PhysRange image;  ///< the kernel, in whole pages, with its own tables and boot stack
    mm::PhysRange initrd; ///< the first module; empty if there is none
    std::optional<mm::PhysAddr> rsdp;
};

/// What cycles() was at the kernel's first instructions.
std::uint64_t boot_cycles();

/// What the architecture calls when the CPU, the interrupts, the clock and the serial port work and
/// the boot page tables still map the first 4 GiB at slot 256. Runs on the boot stack with
/// interrupts off.
extern "C" [[noreturn]] void kernel_main(const BootInfo& info);

} // namespace arch
