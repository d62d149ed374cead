// SPDX-License-Identifier: MIT
#pragma once

#include "mm/detacher.hpp"
#include "mm/frame_allocator.hpp"
#include "mm/granularity.hpp"

namespace mm {

/// A 2 MiB block leaves the direct map whole, with one flush and no split, and is then handed out
/// in parts to any domain by a frame allocator of its own. When all of it is free again it goes
/// back, except for max_whole blocks that are kept so that a domain at the edge does not flush each
/// time.
///
/// Where no 2 MiB block is free, or more than one is asked for at once, the block leaves and
/// returns on its own, flagged detached_alone: a large page that left whole must come back whole.
class BlockGranularity {
public:
    /// Whole free blocks kept out of the direct map: what comes out of quarantine at once, and one more.
    static constexpr std::uint64_t max_whole = 3;

    explicit BlockGranularity(const Detacher& detacher)
        : detacher_(detacher), pool_(detacher.frames(), FrameState::FreeDetached, order_2m) {}

    kernel::Result<Pfn> take(Order order);
    void give(Pfn first, Order order);
    PageCount trim();
    PageCount free() const;
    void describe(FramePoolStatistics& statistics) const;

private:
    kernel::Result<Pfn> take_alone(Order order);
    /// Gives whole free blocks back until no more than `keep` are left.
    PageCount return_whole(std::uint64_t keep);

    Detacher detacher_;
    FrameAllocator pool_;
};

static_assert(GranularityPolicy<BlockGranularity>);

} // namespace mm
