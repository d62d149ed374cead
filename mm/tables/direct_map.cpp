// SPDX-License-Identifier: MIT
#include "mm/tables/direct_map.hpp"

#include <algorithm>

#include "kernel/base/events.hpp"
#include "kernel/base/mutant.hpp"
#include "mm/tables/page_table.hpp"

namespace mm {

using arch::Level;
using arch::Pte;
using arch::PteFlags;

namespace {

PageTable& table_at(Pfn table) { return *DirectMap::ptr_present<PageTable>(table.address()); }

/// What the entry at `level` that covers `address` spans.
PhysRange span_around(PhysAddr address, Level level) {
    const PhysAddr begin = address.align_down(arch::span_of(level));
    return {begin, begin + arch::span_of(level)};
}

/// Calls fn(index, span of the entry, the part of `range` in it) for each entry of a table at `level`
/// that `range` touches. Precondition: the range lies within the table's span.
template <class Function>
void for_each_part(PhysRange range, Level level, Function&& fn) {
    for (PhysAddr at = range.begin; at < range.end;) {
        const PhysRange whole = span_around(at, level);
        const PhysRange part{at, std::min(range.end, whole.end)};
        fn(arch::index_of(DirectMap::virt(at), level), whole, part);
        at = part.end;
    }
}

bool is_whole_pages(PhysRange range) {
    return range.begin.is_aligned(page_size) && range.end.is_aligned(page_size) &&
           range.end.raw() <= arch::max_physical;
}

} // namespace

void fill_with_leaves(PageTable& table, Pte leaf, Level level) {
    Pte entry = Pte::leaf(leaf.address(), leaf.flags(), level);
#pragma clang loop unroll_count(8)
    for (unsigned i = 0; i < arch::entries_per_table; ++i, entry = entry.next(level)) table.write(i, entry);
    kernel::count(kernel::Event::PageTableWrites, arch::entries_per_table);
    kernel::count(kernel::Event::Splits);
}

DirectMap::DirectMap(FrameTable frames, Tlb& tlb, TableSource& tables, Pfn root, Level largest, Scheme scheme)
    : frames_(frames), tlb_(tlb), tables_(&tables), root_(root), largest_(largest),
      usual_(has_one_direct_map(scheme) ? arch::read_write | PteFlags::Global : arch::read_write) {
    frames_[root].table = {};
}

/// Entries that keep a table from becoming one large leaf even when all 512 are present: tables, and
/// leaves with rights of their own.
bool DirectMap::pins(Pte entry, Level level) const {
    return entry.present() && (!entry.is_leaf(level) || entry.flags() != usual_);
}

bool DirectMap::is_present(PhysAddr address) {
    if (address.raw() >= arch::max_physical) return false;
    return locked([&] {
        const Place place = place_of(span_around(address, Level::Page4K));
        return table_at(place.table).read(arch::index_of(virt(address), place.level)).present();
    });
}

/// The deliberate fault that a copy misses what leaves, and therefore what comes back.
bool DirectMap::is_skipped(const Copies& copies, const DirectMapCopy& copy) {
    return kernel::mutant(kernel::Mutant::SkipOneCopy) && &copy == copies.list.front();
}

// --- removing ------------------------------------------------------------------------------------

kernel::Result<> DirectMap::remove(PhysRange range) {
    TlbBatch flushes = batch();
    return remove(range, flushes);
}

kernel::Result<> DirectMap::remove(PhysRange range, TlbBatch& batch) {
    kernel::ensure(is_whole_pages(range), "the direct map is changed in whole pages");
    if (kernel::mutant(kernel::Mutant::KeepDirectMap)) return {};
    // Tables come from the allocator, which is never entered with the page-table lock held: count,
    // let go, fetch, and look again, since others may have split or healed meanwhile.
    TableReservation spare(frames_, *tables_, Zero::No); // splits fill theirs
    PageCount needed;
    const auto attempt = [&](Copies& copies) {
        const Place place = place_of(range);
        const PageCount splits = splits_needed(place.table, place.level, range);
        needed = PageCount{splits.raw() * (1 + copies.count)};
        if (needed > spare.size()) return false;
        remove_in(copies, place.table, place.level, range, spare, batch);
        if (tlb_.is_retiring()) [[unlikely]]
            batch.add_everything();
        return true;
    };
    while (!lock_.with(attempt)) TRY(spare.grow_to(needed));
    return {};
}

DirectMap::Place DirectMap::place_of(PhysRange range) const {
    Place place{root_, Level::Page1G};
    while (place.level != Level::Page4K) {
        if (range.end > span_around(range.begin, place.level).end) break;
        const Pte entry = table_at(place.table).read(arch::index_of(virt(range.begin), place.level));
        if (!entry.present() || entry.is_leaf(place.level)) break;
        place = {Pfn::of(entry.address()), below(place.level)};
    }
    return place;
}

PageCount DirectMap::splits_needed(Pfn table, Level level, PhysRange range) const {
    PageCount needed;
    if (level == Level::Page4K) return needed;
    for_each_part(range, level, [&](unsigned index, PhysRange whole, PhysRange part) {
        const Pte entry = table_at(table).read(index);
        kernel::ensure(entry.present(), "removed twice from the direct map");
        if (!entry.is_leaf(level)) {
            needed = needed + splits_needed(Pfn::of(entry.address()), below(level), part);
        } else if (part != whole) {
            needed = needed + splits_of_leaf(level, part);
        }
    });
    return needed;
}

/// A leaf at `level` of which only `range` goes needs a table; so do the leaves of that table that
/// lose only a part, which are at most the first and the last.
PageCount DirectMap::splits_of_leaf(Level level, PhysRange range) {
    PageCount needed{1};
    if (below(level) == Level::Page4K) return needed;
    for_each_part(range, below(level), [&](unsigned, PhysRange whole, PhysRange part) {
        if (part != whole) needed = needed + splits_of_leaf(below(level), part);
    });
    return needed;
}

void DirectMap::remove_in(Copies& copies, Pfn table, Level level, PhysRange range, TableReservation& spare,
                          TlbBatch& batch) {
    for_each_part(range, level, [&](unsigned index, PhysRange whole, PhysRange part) {
        Pte entry = table_at(table).read(index);
        kernel::ensure(entry.present(), "removed twice from the direct map");
        if (entry.is_leaf(level) && part == whole) {
            kernel::ensure(entry.flags() == usual_, "the kernel's image is not to be removed");
            set_entry(table, index, level, Pte{});
            for (DirectMapCopy& copy : copies.list) {
                if (is_skipped(copies, copy)) continue;
                copy.clear(virt(part.begin), level);
            }
            batch.add_page(virt(part.begin));
            return;
        }
        if (entry.is_leaf(level)) {
            split(table, index, level, spare);
            for (DirectMapCopy& copy : copies.list) copy.split(virt(whole.begin), level, spare);
            entry = table_at(table).read(index);
        }
        remove_in(copies, Pfn::of(entry.address()), below(level), part, spare, batch);
    });
}

/// Replaces a large leaf by a table of the next smaller ones with the same rights. No flush: the old
/// translation says the same as the new ones, and INVLPG of any page in it drops it.
void DirectMap::split(Pfn table, unsigned index, Level level, TableReservation& spare) {
    const Pte leaf = table_at(table).read(index);
    const Pfn lower = spare.take();
    fill_with_leaves(table_at(lower), leaf, below(level));
    const bool pinned = leaf.flags() != usual_;
    frames_[lower].table = {.live = arch::entries_per_table,
                            .pinned = pinned ? std::uint16_t{arch::entries_per_table} : std::uint16_t{0}};
    set_entry(table, index, level, Pte::table(lower.address()));
}

// --- restoring -----------------------------------------------------------------------------------

void DirectMap::restore(PhysRange range) {
    TlbBatch flushes = batch();
    restore(range, flushes);
}

void DirectMap::restore(PhysRange range, TlbBatch& batch) {
    kernel::ensure(is_whole_pages(range), "the direct map is changed in whole pages");
    if (kernel::mutant(kernel::Mutant::KeepDirectMap)) return;
    lock_.with([&](Copies& copies) { restore_in(copies, root_, Level::Page1G, range, batch); });
}

void DirectMap::restore_in(Copies& copies, Pfn table, Level level, PhysRange range, TlbBatch& batch) {
    for_each_part(range, level, [&](unsigned index, PhysRange whole, PhysRange part) {
        const Pte entry = table_at(table).read(index);
        if (!entry.present()) {
            kernel::ensure(part == whole && level <= largest_, "a large page came back in parts");
            const Pte leaf = Pte::leaf(part.begin, usual_, level);
            set_entry(table, index, level, leaf);
            for (DirectMapCopy& copy : copies.list) {
                if (is_skipped(copies, copy)) continue;
                copy.restore(virt(part.begin), level, leaf, batch);
            }
            return;
        }
        kernel::ensure(!entry.is_leaf(level), "restored twice to the direct map");
        restore_in(copies, Pfn::of(entry.address()), below(level), part, batch);
        heal_if_whole(copies, table, index, level, batch);
    });
}

void DirectMap::heal_if_whole(Copies& copies, Pfn table, unsigned index, Level level, TlbBatch& batch) {
    const Pfn lower = Pfn::of(table_at(table).read(index).address());
    const Frame& frame = frames_[lower];
    if (level > largest_ || frame.table.live != arch::entries_per_table || frame.table.pinned != 0) {
        return;
    }
    if (kernel::mutant(kernel::Mutant::SkipHeal)) return;
    const PhysAddr first = table_at(lower).read(0).address();
    const Pte leaf = Pte::leaf(first, usual_, level);
    set_entry(table, index, level, leaf);
    for (DirectMapCopy& copy : copies.list) copy.heal(virt(first), level, leaf, batch);
    kernel::count(kernel::Event::Heals);
    // The small translations must go: when this leaf is removed whole, one INVLPG is all that the
    // flush does, and it would leave 511 of them behind.
    batch.add_everything();
    batch.retire(lower);
}

// --- copies --------------------------------------------------------------------------------------

kernel::Result<> DirectMap::make_copy(DirectMapCopy& copy) {
    // As in remove(). Copied and put on the list under one lock: no edit falls between.
    TableReservation spare(frames_, *tables_, Zero::No);
    PageCount needed;
    const auto attempt = [&](Copies& copies) {
        needed = tables_in(root_, Level::Page1G);
        if (needed > spare.size()) return false;
        copy.copy_from(root_, spare);
        copies.list.push_back(copy);
        ++copies.count;
        return true;
    };
    while (!lock_.with(attempt)) TRY(spare.grow_to(needed));
    return {};
}

PageCount DirectMap::tables_in(Pfn table, Level level) const {
    PageCount tables{1};
    for (unsigned index = 0; level != Level::Page4K && index < arch::entries_per_table; ++index) {
        const Pte entry = table_at(table).read(index);
        if (entry.present() && !entry.is_leaf(level)) {
            tables = tables + tables_in(Pfn::of(entry.address()), below(level));
        }
    }
    return tables;
}

void DirectMap::end_copy(DirectMapCopy& copy) {
    lock_.with([&](Copies& copies) {
        copies.list.remove(copy);
        --copies.count;
    });
    copy.tree().free_tables(*tables_);
    tables_->give_table(*copy.root());
}

// --- building ------------------------------------------------------------------------------------

kernel::Result<> DirectMap::add_ram(PhysRange ram, PteFlags rights) {
    kernel::ensure(is_whole_pages(ram), "RAM is counted in whole pages");
    return add_in(root_, Level::Page1G, ram, rights | (usual_ & PteFlags::Global));
}

kernel::Result<> DirectMap::add_in(Pfn table, Level level, PhysRange range, PteFlags flags) {
    for (PhysAddr at = range.begin; at < range.end;) {
        const PhysRange whole = span_around(at, level);
        const PhysRange part{at, std::min(range.end, whole.end)};
        const unsigned index = arch::index_of(virt(at), level);
        at = part.end;
        if (part == whole && level <= largest_) {
            set_entry(table, index, level, Pte::leaf(part.begin, flags, level));
            continue;
        }
        if (!table_at(table).read(index).present()) {
            const Pfn lower = TRY(tables_->take_table(Zero::Yes));
            frames_[lower].table = {};
            set_entry(table, index, level, Pte::table(lower.address()));
        }
        TRY(add_in(Pfn::of(table_at(table).read(index).address()), below(level), part, flags));
    }
    return {};
}

void DirectMap::set_entry(Pfn table, unsigned index, Level level, Pte entry) {
    const Pte before = table_at(table).read(index);
    table_at(table).write(index, entry);
    kernel::count(kernel::Event::PageTableWrites);
    auto& books = frames_[table].table;
    books.live = static_cast<std::uint16_t>(books.live + entry.present() - before.present());
    books.pinned = static_cast<std::uint16_t>(books.pinned + pins(entry, level) - pins(before, level));
}

} // namespace mm
