// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace arch {

/// Model-specific registers that the kernel uses (Intel SDM vol. 4).
enum class Msr : std::uint32_t {
    ApicBase = 0x1b,
    ProtectionKeyRights = 0x6e1, ///< IA32_PKRS
    Efer = 0xc000'0080,
    GsBase = 0xc000'0101,
};

inline std::uint64_t read_msr(Msr msr) {
    std::uint32_t low;
    std::uint32_t high;
    asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return std::uint64_t{high} << 32 | low;
}

inline void write_msr(Msr msr, std::uint64_t value) {
    asm volatile("wrmsr" : : "c"(msr), "a"(value), "d"(value >> 32) : "memory");
}

} // namespace arch
