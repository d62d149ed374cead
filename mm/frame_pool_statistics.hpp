// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

#include "mm/addr.hpp"

namespace mm {

/// What `buddy` shows of the free frames.
struct FramePoolStatistics {
    using PerOrder = std::array<std::uint64_t, max_order.raw() + 1>;

    PageCount total;            ///< frames ever given to the allocator
    PageCount attached;         ///< free, in the direct map; on the CPUs' lists too
    PageCount detached;         ///< free, out of the direct map
    PageCount per_cpu;          ///< of `attached`: on the CPUs' own lists
    PerOrder attached_blocks{}; ///< free blocks by order
    PerOrder detached_blocks{};
};

} // namespace mm
