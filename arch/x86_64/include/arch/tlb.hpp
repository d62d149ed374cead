// SPDX-License-Identifier: MIT
#pragma once

#include <arch/pgd.hpp>

#include <cstdint>

/// The translation cache of the CPU that runs this. Other CPUs' caches are mm::Tlb's business.
namespace arch {

/// Forgets the translation of the page at `address`, global or not, whatever its size. Any context.
inline void invalidate_page(std::uintptr_t address) { asm volatile("invlpg (%0)" : : "r"(address) : "memory"); }

/// Forgets every translation that is not global, under the PCID in use. Any context, preemption
/// disabled.
inline void flush_local() { load_pgd(current_cr3()); }

/// Forgets every translation, the global ones and those of every PCID too. Any context, preemption
/// disabled.
void flush_local_global();

/// What INVPCID forgets, by its type (Intel SDM vol. 2A).
enum class Invpcid : std::uint64_t {
    Address = 0,      ///< one PCID's translation of one address, unless it is global
    Context = 1,      ///< one PCID's, but for global ones
    All = 2,          ///< everything
    AllNonGlobal = 3, ///< every PCID's, but for global ones
};

/// Precondition: cpu_features().invpcid; a PCID other than 0 only where they are enabled.
inline void invalidate_pcid(Invpcid type, std::uint64_t pcid = 0, std::uintptr_t address = 0) {
    const struct {
        std::uint64_t pcid;
        std::uint64_t address;
    } descriptor{pcid, address};
    asm volatile("invpcid %0, %1" : : "m"(descriptor), "r"(type) : "memory");
}

} // namespace arch
