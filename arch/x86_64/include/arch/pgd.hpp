// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace arch {

/// Added to a value for load_pgd(): keep what is cached under the PCID. Only where PCIDs are enabled:
/// otherwise the CPU faults, and TCG hangs.
inline constexpr std::uint64_t keep_translations = std::uint64_t{1} << 63;

/// CR3 as it is: the top-level table and, where PCIDs are enabled, the PCID in the low 12 bits.
inline std::uint64_t current_cr3() {
    std::uint64_t cr3;
    asm volatile("mov %%cr3, %0" : "=r"(cr3));
    return cr3;
}

/// The physical address of the top-level table that this CPU walks.
inline std::uint64_t current_pgd() { return current_cr3() & ~std::uint64_t{0xfff}; }

/// Loads a top-level table, with a PCID in the low 12 bits where those are enabled; forgets every
/// translation under that PCID which is not global, unless told to keep them. Precondition: it maps
/// the code and the stack in use, at the same addresses. Other bits above the CPU's physical width
/// must be clear (TCG hangs otherwise).
inline void load_pgd(std::uint64_t pgd) { asm volatile("mov %0, %%cr3" : : "r"(pgd) : "memory"); }

/// Sets CR4.PCIDE on this CPU; what it has loaded becomes PCID 0 (Intel SDM vol. 3A, 4.10.1).
/// Precondition: cpu_features() has PCIDs and global pages. Interrupts off.
void enable_pcids();

} // namespace arch
