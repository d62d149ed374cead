// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

#include "mm/addr.hpp"

namespace mm {

/// What `buddy` shows of the free frames.
struct FramePoolStatistics {
    using PerOrder = std::array<std::uint64_t, max_order.raw() + 1>;

    PageCount total;                   ///< frames ever given to the allocator
    PageCount attached;                ///< free, in the direct map
    PageCount detached;                ///< free, out of the direct map
    PageCount attached_per_cpu;        ///< of the attached, on the CPUs' own lists
    PerOrder attached_blocks{};        ///< the rest of them: free blocks by order
    std::uint64_t detached_blocks = 0; ///< 2 MiB blocks out of the direct map that have free pages
    std::uint64_t detached_whole = 0;  ///< of these, those that are free from end to end
    PageCount quarantined;             ///< given back, and maybe cached somewhere still
};

} // namespace mm
