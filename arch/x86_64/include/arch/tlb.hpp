// SPDX-License-Identifier: MIT
#pragma once

#include <arch/pgd.hpp>

#include <cstdint>

/// The translation cache of the CPU that runs this. Other CPUs' caches are mm::Tlb's business.
namespace arch {

/// Forgets the translation of the page at `address`, global or not, whatever its size. Any context.
inline void invalidate_page(std::uintptr_t address) {
    asm volatile("invlpg (%0)" : : "r"(address) : "memory");
}

/// Forgets every translation that is not global. Any context, preemption disabled.
inline void flush_local() {
    load_pgd(current_pgd());
}

/// Forgets every translation, the global ones too. Any context, preemption disabled.
void flush_local_global();

} // namespace arch
