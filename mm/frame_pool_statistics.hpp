// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

#include "mm/addr.hpp"

namespace mm {

/// What `buddy` shows of the free frames.
struct FramePoolStatistics {
    using PerOrder = std::array<std::uint64_t, max_order.raw() + 1>;

    PageCount total;             ///< frames ever given to the allocator
    PageCount attached;          ///< free, in the direct map
    PageCount detached;          ///< free, out of the direct map
    PageCount attached_per_cpu;  ///< of these, on the CPUs' own lists
    PageCount detached_per_cpu;
    PerOrder attached_blocks{};  ///< the rest: free blocks by order
    PerOrder detached_blocks{};
    PageCount quarantined;  ///< given back, and maybe cached somewhere still
};

} // namespace mm
