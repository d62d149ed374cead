// SPDX-License-Identifier: MIT
#include "mm/tables/page_tree.hpp"

#include "kernel/base/events.hpp"
#include "mm/tables/direct_map.hpp"

namespace mm {

using arch::Level;
using arch::Pte;

PageTable& PageTree::at(Pfn table) { return *DirectMap::ptr_present<PageTable>(table.address()); }

kernel::Result<PageTree::Mapping> PageTree::find(VirtAddr address) const {
    Pfn table = root_;
    for (Level level = top_;; level = below(level)) {
        const Pte entry = at(table).read(arch::index_of(address, level));
        if (!entry.present()) return kernel::fail(kernel::Error::NotMapped);
        if (entry.is_leaf(level)) {
            const std::uint64_t offset = address.raw() & (arch::span_of(level) - 1);
            return Mapping{entry.address() + offset, entry, level};
        }
        table = Pfn::of(entry.address());
    }
}

std::optional<Pfn> PageTree::table_for(VirtAddr address, Level level) const {
    Pfn table = root_;
    for (Level here = top_; here != level; here = below(here)) {
        const Pte entry = at(table).read(arch::index_of(address, here));
        if (!entry.present() || entry.is_leaf(here)) return std::nullopt;
        table = Pfn::of(entry.address());
    }
    return table;
}

PageCount PageTree::tables_missing(VirtAddr begin, std::uint64_t bytes, Level leaf) const {
    PageCount missing;
    if (bytes == 0) return missing;
    for (Level level = leaf; level != top_; level = above(level)) {
        // One table at `level` for each entry of the level above that the range touches. The last is
        // inclusive: the range may end with the address space.
        const std::uint64_t span = arch::span_of(above(level));
        const VirtAddr last = (begin + (bytes - 1)).align_down(span);
        for (VirtAddr at = begin.align_down(span);; at += span) {
            if (!table_for(at, level)) missing = missing + PageCount{1};
            if (at == last) break;
        }
    }
    return missing;
}

Pfn PageTree::grow(VirtAddr address, Level level, TableReservation& spare, DomainId owner) {
    Pfn table = root_;
    for (Level here = top_; here != level; here = below(here)) {
        const unsigned index = arch::index_of(address, here);
        Pte entry = at(table).read(index);
        if (!entry.present()) {
            const Pfn lower = spare.take();
            frames_[lower].owner = owner;
            frames_[lower].table = {};
            entry = Pte::table(lower.address());
            set_entry(table, index, entry);
        }
        kernel::ensure(!entry.is_leaf(here), "a large leaf where a table is wanted");
        table = Pfn::of(entry.address());
    }
    return table;
}

void PageTree::set_leaf(VirtAddr address, Level level, Pte entry) {
    const auto table = table_for(address, level);
    kernel::ensure(table.has_value(), "no table for this leaf");
    set_entry(*table, arch::index_of(address, level), entry);
}

Pte PageTree::exchange_entry(Pfn table, unsigned index, Pte entry) {
    const Pte before = at(table).exchange(index, entry);
    kernel::count(kernel::Event::PageTableWrites);
    auto& live = frames_[table].table.live;
    live = static_cast<std::uint16_t>(live + entry.present() - before.present());
    return before;
}

void PageTree::free_tables(TableSource& source) { free_below(root_, top_, source); }

void PageTree::free_below(Pfn table, Level level, TableSource& source) {
    if (level == Level::Page4K) return;
    const PageTable& entries = at(table);
    for (unsigned index = 0; index < arch::entries_per_table && frames_[table].table.live != 0; ++index) {
        const Pte entry = entries.read(index);
        if (!entry.present() || entry.is_leaf(level)) continue;
        const Pfn lower = Pfn::of(entry.address());
        free_below(lower, below(level), source);
        set_entry(table, index, Pte{});
        source.give_table(lower);
    }
}

} // namespace mm
