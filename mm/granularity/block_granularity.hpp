// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/sync/spin_locked.hpp"
#include "mm/granularity/block_pool.hpp"
#include "mm/granularity/detacher.hpp"
#include "mm/granularity/granularity.hpp"

namespace mm {

/// A 2 MiB block leaves the direct map whole, with one flush and no split, and is then handed out
/// in parts to any domain by a BlockPool. When all of it is free again it goes back, except for
/// max_whole blocks that are kept so that a domain at the edge does not flush each time.
///
/// Where no 2 MiB block is free, or more than one is asked for at once, the block leaves and
/// returns on its own: a large page that left whole must come back whole.
class BlockGranularity {
public:
    /// Whole free blocks kept out of the direct map: what comes out of quarantine at once, and one more.
    static constexpr std::uint64_t max_whole = 3;
    static constexpr std::size_t pages_at_once = 64;

    explicit BlockGranularity(const Detacher& detacher)
        : detacher_(detacher), pool_(std::in_place, detacher.frames(), detacher.allocator()) {}

    kernel::Result<Pfn> take(Order order);
    void give(Pfn first, Order order);
    kernel::Result<std::size_t> take_runs(std::span<PageRun> room, std::size_t most);
    void give_runs(std::span<const PageRun> runs);
    PageCount trim();
    PageCount free() const;
    void describe(FramePoolStatistics& statistics) const;

private:
    /// Detaches one more block. Error: OutOfMemory.
    kernel::Result<> grow();
    /// Gives whole free blocks back until no more than `keep` are left.
    PageCount return_whole(std::uint64_t keep);

    Detacher detacher_;
    mutable kernel::SpinLocked<BlockPool, kernel::Rank::Detached> pool_;
};

static_assert(GranularityPolicy<BlockGranularity>);

} // namespace mm
