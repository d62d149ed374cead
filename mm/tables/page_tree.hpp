// SPDX-License-Identifier: MIT
#pragma once

#include <arch/pte.hpp>
#include <optional>

#include "kernel/base/result.hpp"
#include "mm/frame_table.hpp"
#include "mm/tables/page_table.hpp"
#include "mm/tables/table_reservation.hpp"

namespace mm {

/// A tree of page tables whose root is a table at any level: a whole address space, or what hangs under
/// one top-level slot. It knows how to walk and grow; who may do so when is its owner's business: it has
/// no lock. A table's frame counts its present entries (Frame::table.live).
class PageTree {
public:
    /// Where a virtual address leads.
    struct Mapping {
        PhysAddr physical; ///< of the byte asked for
        arch::Pte entry;   ///< the leaf
        arch::Level level;
    };

    /// `root` is a table at `top`.
    PageTree(FrameTable frames, Pfn root, arch::Level top) : frames_(frames), root_(root), top_(top) {}

    Pfn root() const { return root_; }

    /// Walks. Error: NotMapped. Any context in which the tables stay put.
    kernel::Result<Mapping> find(VirtAddr address) const;

    /// Calls fn(entry) for each leaf, in order of address, until one says false.
    template <class Function>
    void for_each_leaf(Function&& fn) const {
        for_each_leaf_below(root_, top_, fn);
    }

    /// The table at `level` on the way to `address`, if the tree reaches down to it there.
    std::optional<Pfn> table_for(VirtAddr address, arch::Level level) const;

    /// How many tables are missing for leaves at `leaf` in [begin, begin + bytes).
    PageCount tables_missing(VirtAddr begin, std::uint64_t bytes, arch::Level leaf) const;

    /// The table at `level` on the way to `address`, grown from `spare` where it is missing; new tables
    /// belong to `owner`. Cannot fail when tables_missing() of them are in reserve.
    Pfn grow(VirtAddr address, arch::Level level, TableReservation& spare, DomainId owner);

    /// Writes the leaf for `address`; the table for it exists.
    void set_leaf(VirtAddr address, arch::Level level, arch::Pte entry);

    /// Writes an entry of `table` and keeps its count of present entries.
    void set_entry(Pfn table, unsigned index, arch::Pte entry) { exchange_entry(table, index, entry); }
    /// The same; returns what stood there, with what the processor noted in it to the last.
    arch::Pte exchange_entry(Pfn table, unsigned index, arch::Pte entry);

    /// Gives all tables of the tree but the root back to `source`. Leaves are forgotten, not flushed:
    /// no CPU can walk the tree any more, or there are none. No lock held.
    void free_tables(TableSource& source);

    static PageTable& at(Pfn table);

private:
    template <class Function>
    bool for_each_leaf_below(Pfn table, arch::Level level, Function& fn) const {
        // Most tables have few entries: no further than to the last.
        const PageTable& entries = at(table);
        std::size_t index = 0;
        for (unsigned left = frames_[table].table.live; left != 0; --left, ++index) {
            while (!entries.read(index).present()) ++index;
            kernel::ensure(index < arch::entries_per_table, "a page table has fewer entries than it counts");
            const arch::Pte entry = entries.read(index);
            const bool go_on =
                entry.is_leaf(level) ? fn(entry) : for_each_leaf_below(Pfn::of(entry.address()), below(level), fn);
            if (!go_on) return false;
        }
        return true;
    }
    void free_below(Pfn table, arch::Level level, TableSource& source);

    FrameTable frames_;
    Pfn root_;
    arch::Level top_;
};

} // namespace mm
