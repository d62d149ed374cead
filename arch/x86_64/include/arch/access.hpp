// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace arch {

/// Where the memory mapped at `address` can be touched: there. The host's twin has to walk the page
/// tables for device addresses and a workshop's.
inline void* reach(std::uintptr_t address) {
    return reinterpret_cast<void*>(address); // NOLINT(performance-no-int-to-ptr)
}

} // namespace arch
