// SPDX-License-Identifier: MIT
#pragma once

#include <arch/probe.hpp>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "mm/addr.hpp"

namespace mm::testing {

inline constexpr std::uint64_t secret = 0x5ec7e70f0ed5ec7e;

/// Whether a load from `address` gives the secret in the address space that is loaded; false if it faults.
inline bool reads_secret(const void* address) {
    std::array<std::byte, sizeof(secret)> bytes{};
    const VirtAddr from{reinterpret_cast<std::uintptr_t>(address)};
    return arch::probe_read(from, bytes) == bytes.size() && std::memcmp(bytes.data(), &secret, sizeof secret) == 0;
}

} // namespace mm::testing
