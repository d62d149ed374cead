// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

/// Bulk stores without vector registers, which the kernel does not use.
namespace arch {

/// Stores `value` in `words` 64-bit words. Precondition: `to` is aligned to 8 bytes.
inline void fill_words(void* to, std::uint64_t value, std::size_t words) {
    asm volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(value) : "memory");
}

/// Zeroes `words` 64-bit words. Precondition: `to` is aligned to 8 bytes.
inline void zero_words(void* to, std::size_t words) { fill_words(to, 0, words); }

/// Copies `words` 64-bit words between places that do not overlap. Precondition: both aligned to 8
/// bytes.
inline void copy_words(void* to, const void* from, std::size_t words) {
    asm volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
}

} // namespace arch
