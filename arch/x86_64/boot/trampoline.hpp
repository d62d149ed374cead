// SPDX-License-Identifier: MIT
#pragma once

#include <arch/boot_info.hpp>

#include "mm/addr.hpp"

#include <optional>
#include <span>

namespace arch::boot {

/// Puts the first instructions of application processors (ap_entry.S) into a free page below 1 MiB,
/// where such a CPU begins. The kernel gives out no memory there, so the page stays as it is.
/// Precondition: the boot page tables are loaded, and nothing below 1 MiB is needed any more.
void place_trampoline(std::span<const MemoryRange> memory);

/// The page; none if there was no free one, and so no way to start a CPU.
std::optional<mm::PhysAddr> trampoline_page();

} // namespace arch::boot
