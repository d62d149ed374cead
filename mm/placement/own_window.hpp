// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/mutant.hpp"
#include "mm/placement/frame_tree.hpp"
#include "mm/placement/placement.hpp"
#include "mm/placement/placements.hpp"

namespace mm {

/// Isolation `pgd`, placement `window`: a page-table subtree of the domain's own, under the top-level slot of its
/// kind. Making a frame exclusive writes one entry here, however many domains there are.
class OwnWindow {
public:
    OwnWindow(DomainId owner, DomainKind kind, const Placements& parts)
        : parts_(parts), slot_(window_slot(kind)),
          tree_(owner, VirtAddr{arch::window_base(slot_)}, parts.frames, parts.tables) {}

    kernel::Result<> open() { return tree_.open(); }
    VirtAddr base() const { return tree_.base(); }
    kernel::Result<> reserve(PhysRange range) { return tree_.reserve(range); }
    void map(std::span<const PageRun> runs) { tree_.map(runs, rights()); }
    void unmap(std::span<const PageRun> runs, TlbBatch& batch) { tree_.unmap(runs, batch); }
    std::uint64_t unmap_unflushed(std::span<const PageRun> runs, WindowHolders& holders) {
        const std::uint64_t since = arch::cycles();
        tree_.unmap_unflushed(runs);
        return holders.advance_unflushed(since);
    }
    std::size_t mapped_blocks(std::span<Pfn> room) { return tree_.mapped_blocks(room); }
    TlbBatch batch(WindowHolders& holders) const { return {parts_.tlb, parts_.frames, parts_.tables, holders}; }
    bool is_mapped(Pfn pfn) { return tree_.is_mapped(pfn); }
    arch::PteFlags leaf_flags() const { return arch::read_write; }
    std::optional<TopEntry> top_entry() const {
        if (!root()) return std::nullopt;
        return TopEntry{slot_, arch::Pte::table(root()->address())};
    }
    std::optional<Pfn> root() const { return tree_.root(); }
    PageCount tables() const { return tree_.tables(); }

private:
    /// Never global: they go when another address space is loaded.
    static arch::PteFlags rights() {
        if (kernel::mutant(kernel::Mutant::GlobalWindowEntry)) return arch::read_write | arch::PteFlags::Global;
        return arch::read_write;
    }

    const Placements& parts_;
    unsigned slot_;
    FrameTree tree_;
};

static_assert(PlacementPolicy<OwnWindow> && ListsBlocks<OwnWindow> && LeavesFlushes<OwnWindow>);

} // namespace mm
