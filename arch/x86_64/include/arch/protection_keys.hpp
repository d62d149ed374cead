// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace arch {

/// What a CPU's tasks may do with pages of each supervisor protection key, two bits a key from bit 0 on: bit 0 denies
/// every access, bit 1 writing (IA32_PKRS; Intel SDM vol. 3A, 4.6.2). Key 0 is that of all shared memory.
inline constexpr std::uint32_t deny_all_keys = 0x5555'5554;

constexpr std::uint32_t allow_key(std::uint32_t rights, unsigned key) {
    return rights & ~(std::uint32_t{3} << (2 * key));
}
static_assert(allow_key(deny_all_keys, 15) == 0x1555'5554 && allow_key(deny_all_keys, 0) == deny_all_keys);

/// Precondition of both: the CPU has the feature (CpuFeatures::pks). Every CPU starts with deny_all_keys.
std::uint32_t read_key_rights();
void write_key_rights(std::uint32_t rights);

} // namespace arch
