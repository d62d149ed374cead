// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "mm/memory.hpp"

namespace mm::testing {

/// Whether a frame holds zeros only, wherever it is mapped or not. In both worlds.
inline bool is_zero(Memory& memory, Pfn pfn) {
    struct Look {
        bool zero = false;
        void operator()(const std::byte* page) {
            zero = std::ranges::all_of(std::span(page, page_size), [](std::byte byte) { return byte == std::byte{0}; });
        }
    } look;
    memory.workshop().visit(pfn, look);
    return look.zero;
}

} // namespace mm::testing
