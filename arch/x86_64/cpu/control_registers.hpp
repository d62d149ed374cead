// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

/// Control registers (Intel SDM vol. 3A, 2.5). CR3 is arch/pgd.hpp's.
namespace arch {

inline constexpr std::uint64_t cr0_monitor_coprocessor = 1u << 1;
inline constexpr std::uint64_t cr0_numeric_error = 1u << 5;
inline constexpr std::uint64_t cr0_write_protect = 1u << 16;
inline constexpr std::uint64_t cr0_not_write_through = 1u << 29;
inline constexpr std::uint64_t cr0_cache_disable = 1u << 30;

inline constexpr std::uint64_t cr4_physical_address_extension = 1u << 5;
inline constexpr std::uint64_t cr4_machine_check = 1u << 6;
inline constexpr std::uint64_t cr4_global_pages = 1u << 7;
inline constexpr std::uint64_t cr4_umip = 1u << 11;
inline constexpr std::uint64_t cr4_pcid = 1u << 17;
inline constexpr std::uint64_t cr4_smep = 1u << 20;
inline constexpr std::uint64_t cr4_smap = 1u << 21;
inline constexpr std::uint64_t cr4_supervisor_keys = 1u << 24;

inline std::uint64_t read_cr0() {
    std::uint64_t value;
    asm volatile("mov %%cr0, %0" : "=r"(value));
    return value;
}

inline void write_cr0(std::uint64_t value) { asm volatile("mov %0, %%cr0" : : "r"(value) : "memory"); }

inline std::uint64_t read_cr2() {
    std::uint64_t value;
    asm volatile("mov %%cr2, %0" : "=r"(value));
    return value;
}

inline std::uint64_t read_cr4() {
    std::uint64_t value;
    asm volatile("mov %%cr4, %0" : "=r"(value));
    return value;
}

/// Precondition: CPUID offers every bit that is set. TCG does not raise #GP on others, it hangs the
/// CPU.
inline void write_cr4(std::uint64_t value) { asm volatile("mov %0, %%cr4" : : "r"(value) : "memory"); }

} // namespace arch
