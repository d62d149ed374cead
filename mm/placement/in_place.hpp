// SPDX-License-Identifier: MIT
#pragma once

#include "mm/placement/placement.hpp"
#include "mm/placement/placements.hpp"
#include "mm/tables/direct_map.hpp"

namespace mm {

/// Isolation `none`: exclusive frames stay in the direct map, and there is nothing to map. Callers need not know.
class InPlace {
public:
    explicit InPlace(const Placements& parts) : parts_(parts) {}

    kernel::Result<> open() { return {}; }
    VirtAddr base() const { return DirectMap::virt(PhysAddr{0}); }
    kernel::Result<> reserve(PhysRange) { return {}; }
    /// There is no entry that could tell of a write.
    void map(std::span<const PageRun> runs) {
        for (const PageRun& run : runs)
            parts_.frames.for_row(run.first, run.count, [](Frame& frame) { frame.forget_zero(); });
    }
    void unmap(std::span<const PageRun>, TlbBatch&) {}
    std::uint64_t unmap_unflushed(std::span<const PageRun>, WindowHolders&) { return 0; }
    TlbBatch batch(WindowHolders& holders) const { return {parts_.tlb, parts_.frames, parts_.tables, holders}; }
    bool is_mapped(Pfn) { return true; }
    arch::PteFlags leaf_flags() const { return arch::read_write; }
    std::optional<TopEntry> top_entry() const { return std::nullopt; }
    std::optional<Pfn> root() const { return std::nullopt; }
    PageCount tables() const { return PageCount{}; }

private:
    const Placements& parts_;
};

static_assert(PlacementPolicy<InPlace> && LeavesFlushes<InPlace>);

} // namespace mm
