// SPDX-License-Identifier: MIT
#pragma once

#include "mm/placement/keyed_tree.hpp"
#include "mm/placement/placement.hpp"
#include "mm/placement/placements.hpp"

namespace mm {

/// Isolation `pks`: the domain's frames are in the window that all domains share, and its leaves there bear its
/// protection key. A CPU's rights (AddressSpaceCache) deny every key but that of the domain it runs.
///
/// In a window and not in place: keys in the direct map would split its large pages, and would have to be flushed when
/// a frame gets its key, where a leaf that was not present is in no TLB. And an exclusive frame is out of the direct
/// map, whatever a CPU's rights say.
class KeyedWindow {
public:
    KeyedWindow(DomainId owner, const Placements& parts) : parts_(parts), owner_(owner) {}
    ~KeyedWindow();
    KeyedWindow(const KeyedWindow&) = delete;
    KeyedWindow& operator=(const KeyedWindow&) = delete;

    /// Errors: NoProtectionKey for the sixteenth domain.
    kernel::Result<> open();
    VirtAddr base() const { return parts_.keyed->tree().base(); }
    kernel::Result<> reserve(PhysRange range) { return parts_.keyed->tree().reserve(range); }
    void map(std::span<const PageRun> runs);
    void unmap(std::span<const PageRun> runs, TlbBatch& batch) { parts_.keyed->tree().unmap(runs, batch); }
    /// Every CPU has the window.
    TlbBatch batch(WindowHolders&) const { return batch(); }
    TlbBatch batch() const { return {parts_.tlb, parts_.frames, parts_.tables, TlbScope::Kernel}; }
    bool is_mapped(Pfn pfn) { return parts_.keyed->tree().is_mapped(pfn); }
    arch::PteFlags leaf_flags() const { return arch::read_write | arch::key_flags(key_); }
    std::optional<TopEntry> top_entry() const { return std::nullopt; }
    std::optional<Pfn> root() const { return std::nullopt; }
    PageCount tables() const { return PageCount{}; }

private:
    const Placements& parts_;
    DomainId owner_;
    unsigned key_ = 0;
};

static_assert(PlacementPolicy<KeyedWindow>);

} // namespace mm
