// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

/// Accesses to device registers: one load or store of exactly the width of T, in program order.
namespace arch {

template <class T>
T mmio_read(const volatile std::byte* base, std::size_t offset) {
    return *reinterpret_cast<const volatile T*>(base + offset);
}

template <class T>
void mmio_write(volatile std::byte* base, std::size_t offset, T value) {
    *reinterpret_cast<volatile T*>(base + offset) = value;
}

} // namespace arch
