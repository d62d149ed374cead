// SPDX-License-Identifier: MIT
#pragma once

#include "mm/placement/placement.hpp"
#include "mm/placement/placements.hpp"
#include "mm/tables/direct_map.hpp"
#include "mm/tables/direct_map_copy.hpp"

namespace mm {

/// Isolation `pgd`, placement `clone`, the first generation of Rapoport's talk: the domain has its own copy of the
/// direct map, in the same top-level slot, and its frames are in it at their usual addresses. Making a frame exclusive
/// edits every copy: O(domains). Making a domain costs a copy of the tables: O(memory / leaf).
class ClonedMap {
public:
    ClonedMap(DomainId owner, const Placements& parts) : parts_(parts), copy_(owner, parts.frames) {}
    ~ClonedMap() {
        if (root()) parts_.direct_map.end_copy(copy_);
    }
    ClonedMap(const ClonedMap&) = delete;
    ClonedMap& operator=(const ClonedMap&) = delete;

    kernel::Result<> open() { return parts_.direct_map.make_copy(copy_); }
    VirtAddr base() const { return DirectMap::virt(PhysAddr{0}); }
    kernel::Result<> reserve(PhysRange range);
    void map(std::span<const PageRun> runs) {
        parts_.direct_map.locked([&] {
            for (const PageRun& run : runs) copy_.map(run.range());
        });
    }
    void unmap(std::span<const PageRun> runs, TlbBatch& batch) {
        parts_.direct_map.locked([&] {
            for (const PageRun& run : runs) copy_.unmap(run.range(), batch);
        });
    }
    TlbBatch batch(WindowHolders& holders) const { return {parts_.tlb, parts_.frames, parts_.tables, holders}; }
    bool is_mapped(Pfn pfn) {
        return parts_.direct_map.locked([&] { return copy_.is_mapped(pfn); });
    }
    arch::PteFlags leaf_flags() const { return arch::read_write; }
    std::optional<TopEntry> top_entry() const {
        if (!root()) return std::nullopt;
        return TopEntry{arch::direct_map_slot, arch::Pte::table(root()->address())};
    }
    std::optional<Pfn> root() const { return copy_.root(); }
    PageCount tables() const { return copy_.tables(); }

private:
    const Placements& parts_;
    DirectMapCopy copy_;
};

static_assert(PlacementPolicy<ClonedMap>);

} // namespace mm
