// SPDX-License-Identifier: MIT
#pragma once

#include <arch/layout.hpp>
#include <arch/pte.hpp>

#include "mm/addr.hpp"

#include <cstddef>
#include <span>
#include <string_view>

/// The kernel's own image, as the linker script laid it out.
namespace arch {

/// A part of the image, in whole pages, with the rights that its pages are to have.
struct ImageSection {
    std::string_view name;
    mm::VirtAddr begin; ///< inclusive
    mm::VirtAddr end;   ///< exclusive
    PteFlags flags;
};

/// The parts in ascending order, with no gap between them. The namespace template is one of them
/// (read-only).
std::span<const ImageSection> image_sections();

/// The physical address that an address of the image was loaded at. Precondition: inside a section.
constexpr mm::PhysAddr image_to_phys(mm::VirtAddr address) { return mm::PhysAddr{address.raw() - kernel_image_base}; }

/// The initial contents of lwIP's state, in whole pages; each network namespace gets a copy of its
/// own at namespace_image_base. Empty if lwIP is not linked in.
std::span<const std::byte> namespace_template();

/// The room of the kernel's symbol table, which kernel/diag/symbols.cpp reads.
std::span<const std::byte> symbol_table();

} // namespace arch
