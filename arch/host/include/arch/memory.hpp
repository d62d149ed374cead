// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace arch {

inline void zero_words(void* to, std::size_t words) { std::memset(to, 0, words * 8); }
inline void fill_words(void* to, std::uint64_t value, std::size_t words) {
    std::fill_n(static_cast<std::uint64_t*>(to), words, value);
}
inline void copy_words(void* to, const void* from, std::size_t words) { std::memcpy(to, from, words * 8); }

} // namespace arch
