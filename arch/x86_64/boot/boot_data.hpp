// SPDX-License-Identifier: MIT
#pragma once

#include "arch/x86_64/boot/memory_map.hpp"

#include <arch/boot_info.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace arch::boot {

/// Holds what the loader's data are copied into; a BootInfo is a view of it.
class BootData {
public:
    MemoryMap memory;
    BootProtocol protocol = BootProtocol::Pvh;
    mm::PhysRange initrd{};
    std::optional<mm::PhysAddr> rsdp;

    /// Copies a command line; what does not fit is cut off.
    void set_command_line(std::string_view text);

    /// Keeps a copy of an ACPI root pointer that the loader passes by value, and sets `rsdp` to it.
    void copy_rsdp(std::span<const std::byte> table);

    /// Completes the memory map. The view stays valid as long as this object.
    BootInfo view();

private:
    std::array<char, 4096> command_line_{};
    std::size_t command_line_size_ = 0;
    alignas(16) std::array<std::byte, 64> rsdp_copy_{};
};

} // namespace arch::boot
