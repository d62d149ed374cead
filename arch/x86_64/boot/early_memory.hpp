// SPDX-License-Identifier: MIT
#pragma once

#include <arch/boot_info.hpp>
#include <arch/layout.hpp>

#include "mm/addr.hpp"

#include <cstdint>

namespace arch::boot {

/// What the boot page tables map at the direct map's slot.
inline constexpr std::uint64_t early_limit = boot_reachable;

/// Whether [address, address + bytes) can be reached before mm takes over.
constexpr bool early_reachable(mm::PhysAddr address, std::uint64_t bytes) {
    return address.raw() < early_limit && bytes <= early_limit - address.raw();
}

/// The only way to physical memory before mm::DirectMap exists. Precondition: early_reachable;
/// kernel_main has not been called.
template <class T>
T* early_pointer(mm::PhysAddr address) {
    return reinterpret_cast<T*>(direct_map_base() + address.raw());
}

} // namespace arch::boot
