// SPDX-License-Identifier: MIT
#include <arch/protection_keys.hpp>

#include "arch/x86_64/cpu/msr.hpp"

namespace arch {

std::uint32_t read_key_rights() { return static_cast<std::uint32_t>(read_msr(Msr::ProtectionKeyRights)); }

void write_key_rights(std::uint32_t rights) { write_msr(Msr::ProtectionKeyRights, rights); }

} // namespace arch
