// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace arch {

/// Where the memory mapped at `address` can be touched. The host has no processor to translate device
/// addresses and a workshop's, so it walks the page tables through this CPU's TLB model; it panics where a
/// CPU would fault.
void* reach(std::uintptr_t address);

} // namespace arch
