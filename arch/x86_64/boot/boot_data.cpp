// SPDX-License-Identifier: MIT
#include "arch/x86_64/boot/boot_data.hpp"

#include <arch/image.hpp>

#include <algorithm>

extern "C" const std::uint64_t boot_cycles; // written by entry.S

namespace arch {

std::uint64_t boot_cycles() { return ::boot_cycles; }

} // namespace arch

namespace arch::boot {

void BootData::set_command_line(std::string_view text) {
    command_line_size_ = std::min(text.size(), command_line_.size());
    std::copy_n(text.data(), command_line_size_, command_line_.data());
}

void BootData::copy_rsdp(std::span<const std::byte> table) {
    std::copy_n(table.data(), std::min(table.size(), rsdp_copy_.size()), rsdp_copy_.data());
    rsdp = image_to_phys(mm::VirtAddr{reinterpret_cast<std::uint64_t>(rsdp_copy_.data())});
}

BootInfo BootData::view() {
    const auto sections = image_sections();
    return {
        .protocol = protocol,
        .memory = memory.finish(),
        .command_line = {command_line_.data(), command_line_size_},
        .image = {image_to_phys(sections.front().begin), image_to_phys(sections.back().end)},
        .initrd = initrd,
        .rsdp = rsdp,
    };
}

} // namespace arch::boot
