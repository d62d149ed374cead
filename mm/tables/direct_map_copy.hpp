// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <optional>

#include "kernel/base/intrusive_list.hpp"
#include "mm/tables/page_tree.hpp"
#include "mm/tlb/tlb_batch.hpp"

namespace mm {

/// One domain's own copy of the direct map's tables (placement `clone`). It differs from the kernel's map in one
/// thing: the domain's exclusive frames, which are holes there, are 4 KiB leaves here.
///
///     kernel   [ 2 MiB leaf ][   hole   ][ table: 511 leaves, a hole              ]
///     copy     [ 2 MiB leaf ][ table: * ][ table: 511 leaves, the domain's or a hole ]
///                              * the domain's frames of a block that left whole
///
/// So a leaf of the kernel's map is the same leaf here, a table there is a table here, and DirectMap can repeat
/// each of its edits in every copy without asking what it finds. All functions but root() and tables() run under
/// the direct map's lock, which DirectMap::locked() takes.
class DirectMapCopy {
public:
    DirectMapCopy(DomainId owner, FrameTable frames) : owner_(owner), frames_(frames) {}
    DirectMapCopy(const DirectMapCopy&) = delete;
    DirectMapCopy& operator=(const DirectMapCopy&) = delete;

    DomainId owner() const { return owner_; }
    std::optional<Pfn> root() const { return root_; }
    /// Page tables in use, the root included.
    PageCount tables() const { return PageCount{table_count_.load(std::memory_order_relaxed)}; }

    // --- what the kernel's map does, repeated ------------------------------------------------------

    /// A leaf goes.
    void clear(VirtAddr at, arch::Level level);
    /// A leaf becomes a table of the next smaller ones, taken from `spare`.
    void split(VirtAddr at, arch::Level level, TableReservation& spare);
    /// A hole becomes a leaf. The domain may have tables under it, which map nothing any more and are retired.
    void restore(VirtAddr at, arch::Level level, arch::Pte leaf, TlbBatch& batch);
    /// A full table becomes a leaf. It is retired.
    void heal(VirtAddr at, arch::Level level, arch::Pte leaf, TlbBatch& batch);

    // --- the domain's own frames -------------------------------------------------------------------

    /// Tables that frames of `range`, holes in the kernel's map, lack; and making them.
    PageCount tables_missing(PhysRange range) const;
    void grow(PhysRange range, TableReservation& spare);
    /// Maps and unmaps frames; those that were written to meanwhile are not known to be zero any more. Precondition for
    /// map: nothing is missing.
    void map(PhysRange range);
    void unmap(PhysRange range, TlbBatch& batch);
    bool is_mapped(Pfn pfn) const;

private:
    friend class DirectMap;

    PageTree tree() const { return {frames_, *root_, arch::Level::Page1G}; }
    Pfn table_at(VirtAddr at, arch::Level level) const;
    void replace(VirtAddr at, arch::Level level, arch::Pte leaf, TlbBatch& batch);
    void retire_below(Pfn table, arch::Level level, TlbBatch& batch);
    /// Calls fn(table, index, address) for each page.
    template <class Function>
    void for_each_page(PhysRange range, Function&& fn) const;

    /// Makes this tree a copy of the one below `from`.
    void copy_from(Pfn from, TableReservation& spare);
    Pfn copy_table(Pfn from, arch::Level level, TableReservation& spare);

    DomainId owner_;
    FrameTable frames_;
    std::optional<Pfn> root_;
    std::atomic<std::uint64_t> table_count_ = 0;
    kernel::ListHook<DirectMapCopy> hook_;
};

} // namespace mm
