// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace arch {

/// The physical address of the top-level table that this CPU walks (CR3).
inline std::uint64_t current_pgd() {
    std::uint64_t pgd;
    asm volatile("mov %%cr3, %0" : "=r"(pgd));
    return pgd;
}

/// Loads a top-level table; forgets every translation that is not global. Precondition: it maps the
/// code and the stack in use, at the same addresses. Bits above the CPU's physical width must be
/// clear (TCG hangs otherwise).
inline void load_pgd(std::uint64_t pgd) {
    asm volatile("mov %0, %%cr3" : : "r"(pgd) : "memory");
}

} // namespace arch
