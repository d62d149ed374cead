// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mm/addr.hpp"

namespace mm {

/// What `slab` shows of one cache, counted from the frame table: over all owners, or for one
/// domain.
struct CacheStatistics {
    std::string_view name;
    bool exclusive = false;
    std::size_t object_size = 0; ///< bytes
    std::size_t stride = 0;      ///< bytes from one object to the next
    std::uint64_t slabs = 0;
    PageCount pages;
    std::uint64_t objects = 0; ///< that the slabs have room for
    std::uint64_t active = 0;  ///< handed out, or in some CPU's magazine
    unsigned domains = 0;      ///< that own slabs of it
};

} // namespace mm
