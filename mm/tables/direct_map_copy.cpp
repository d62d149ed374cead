// SPDX-License-Identifier: MIT
#include "mm/tables/direct_map_copy.hpp"

#include <algorithm>
#include <arch/dirty.hpp>
#include <arch/memory.hpp>

#include "kernel/base/events.hpp"
#include "kernel/base/mutant.hpp"
#include "mm/tables/direct_map.hpp"

namespace mm {

using arch::Level;
using arch::Pte;

// --- copying -------------------------------------------------------------------------------------

void DirectMapCopy::copy_from(Pfn from, TableReservation& spare) { root_ = copy_table(from, Level::Page1G, spare); }

Pfn DirectMapCopy::copy_table(Pfn from, Level level, TableReservation& spare) {
    const Pfn to = spare.take();
    frames_[to].owner = owner_;
    frames_[to].table = frames_[from].table;
    table_count_.fetch_add(1, std::memory_order_relaxed);
    arch::copy_words(&PageTree::at(to), &PageTree::at(from), arch::entries_per_table);
    kernel::count(kernel::Event::PageTableWrites, frames_[from].table.live);
    if (level == Level::Page4K) return to;
    for (unsigned index = 0; index < arch::entries_per_table; ++index) {
        const Pte entry = PageTree::at(from).read(index);
        if (!entry.present() || entry.is_leaf(level)) continue;
        const Pfn lower = copy_table(Pfn::of(entry.address()), below(level), spare);
        PageTree::at(to).write(index, Pte::table(lower.address()));
    }
    return to;
}

// --- what the kernel's map does ------------------------------------------------------------------

/// The table at `level` that maps `at`. The copy has every table that the kernel's map has.
Pfn DirectMapCopy::table_at(VirtAddr at, Level level) const {
    const auto table = tree().table_for(at, level);
    kernel::ensure(table.has_value(), "a copy of the direct map lacks a table");
    return *table;
}

void DirectMapCopy::clear(VirtAddr at, Level level) {
    tree().set_entry(table_at(at, level), arch::index_of(at, level), Pte{});
}

void DirectMapCopy::split(VirtAddr at, Level level, TableReservation& spare) {
    const Pfn table = table_at(at, level);
    const unsigned index = arch::index_of(at, level);
    const Pte leaf = PageTree::at(table).read(index);
    kernel::ensure(leaf.present() && leaf.is_leaf(level), "a copy of the direct map has another leaf");
    const Pfn lower = spare.take();
    frames_[lower].owner = owner_;
    frames_[lower].table = {.live = arch::entries_per_table, .pinned = 0};
    table_count_.fetch_add(1, std::memory_order_relaxed);
    fill_with_leaves(PageTree::at(lower), leaf, below(level));
    tree().set_entry(table, index, Pte::table(lower.address()));
}

void DirectMapCopy::restore(VirtAddr at, Level level, Pte leaf, TlbBatch& batch) { replace(at, level, leaf, batch); }

void DirectMapCopy::heal(VirtAddr at, Level level, Pte leaf, TlbBatch& batch) {
    replace(at, level, leaf, batch);
    kernel::count(kernel::Event::Heals);
}

void DirectMapCopy::replace(VirtAddr at, Level level, Pte leaf, TlbBatch& batch) {
    const Pfn table = table_at(at, level);
    const unsigned index = arch::index_of(at, level);
    const Pte before = PageTree::at(table).read(index);
    kernel::ensure(!before.present() || !before.is_leaf(level), "restored twice to a copy of the direct map");
    tree().set_entry(table, index, leaf);
    if (before.present()) retire_below(Pfn::of(before.address()), below(level), batch);
}

void DirectMapCopy::retire_below(Pfn table, Level level, TlbBatch& batch) {
    for (unsigned index = 0; level != Level::Page4K && index < arch::entries_per_table; ++index) {
        const Pte entry = PageTree::at(table).read(index);
        if (entry.present() && !entry.is_leaf(level)) retire_below(Pfn::of(entry.address()), below(level), batch);
    }
    table_count_.fetch_sub(1, std::memory_order_relaxed);
    batch.retire(table);
}

// --- the domain's own frames ---------------------------------------------------------------------

PageCount DirectMapCopy::tables_missing(PhysRange range) const {
    return tree().tables_missing(DirectMap::virt(range.begin), range.bytes(), Level::Page4K);
}

void DirectMapCopy::grow(PhysRange range, TableReservation& spare) {
    const PageCount before = spare.size();
    const std::uint64_t block = arch::span_of(Level::Page2M);
    for (PhysAddr at = range.begin.align_down(block); at < range.end; at += block) {
        tree().grow(DirectMap::virt(at), Level::Page4K, spare, owner_);
    }
    table_count_.fetch_add((before - spare.size()).raw(), std::memory_order_relaxed);
}

template <class Function>
void DirectMapCopy::for_each_page(PhysRange range, Function&& fn) const {
    const std::uint64_t block = arch::span_of(Level::Page2M);
    for (PhysAddr at = range.begin; at < range.end;) {
        const Pfn table = table_at(DirectMap::virt(at), Level::Page4K);
        const PhysAddr end = std::min(range.end, at.align_down(block) + block);
        for (; at < end; at += page_size) {
            fn(table, arch::index_of(DirectMap::virt(at), Level::Page4K), at);
        }
    }
}

void DirectMapCopy::map(PhysRange range) {
    for_each_page(range, [&](Pfn table, unsigned index, PhysAddr at) {
        kernel::ensure(!PageTree::at(table).read(index).present(), "mapped twice in a copy of the direct map");
        tree().set_entry(table, index, Pte::leaf(at, arch::read_write, Level::Page4K).clean());
    });
}

void DirectMapCopy::unmap(PhysRange range, TlbBatch& batch) {
    for_each_page(range, [&](Pfn table, unsigned index, PhysAddr at) {
        batch.add_page(DirectMap::virt(at)); // first: the stale window begins before the entry goes
        const Pte before = arch::with_writes(tree().exchange_entry(table, index, Pte{}));
        kernel::ensure(before.present(), "unmapped twice in a copy of the direct map");
        if (before.has(arch::PteFlags::Dirty) && !kernel::mutant(kernel::Mutant::IgnoreWrites))
            frames_[Pfn::of(at)].forget_zero();
    });
}

bool DirectMapCopy::is_mapped(Pfn pfn) const { return tree().find(DirectMap::virt(pfn.address())).has_value(); }

} // namespace mm
