// SPDX-License-Identifier: MIT
#include "mm/placement/frame_tree.hpp"

#include <algorithm>

#include "kernel/base/events.hpp"

namespace mm {

using arch::Level;
using arch::Pte;

FrameTree::~FrameTree() {
    if (!root_) return;
    tree().free_tables(tables_);
    tables_.give_table(*root_);
}

kernel::Result<> FrameTree::open() {
    const Pfn root = TRY(tables_.take_table());
    frames_[root].owner = owner_;
    frames_[root].table = {};
    root_ = root;
    table_count_ = 1;
    return {};
}

kernel::Result<> FrameTree::reserve(PhysRange range) {
    // A page of a block that was at work lately has its tables: that is every packet's case.
    const std::uint64_t block = range.begin.raw() / arch::span_of(Level::Page2M);
    if (range.bytes() == page_size && recent_.with([&](const RecentTables& recent) {
            return recent.recent.data()[block % RecentTables::slots].block == block;
        })) [[likely]] {
        return {};
    }
    return reserve_slowly(range);
}

kernel::Result<> FrameTree::reserve_slowly(PhysRange range) {
    // As in DirectMap::remove: count, fetch outside the lock, look again.
    TableReservation spare(frames_, tables_);
    PageCount needed;
    const auto attempt = [&](RecentTables& recent) {
        const std::uint64_t block = range.begin.raw() / arch::span_of(Level::Page2M);
        const bool one_block = (range.end - 1).raw() / arch::span_of(Level::Page2M) == block;
        if (one_block && recent.recent[block % RecentTables::slots].block == block) return true;
        needed = tree().tables_missing(address(range.begin), range.bytes(), Level::Page4K);
        if (needed > spare.size()) return false;
        if (needed == PageCount{}) return true;
        for (PhysAddr at = range.begin.align_down(arch::span_of(Level::Page2M)); at < range.end;
             at += arch::span_of(Level::Page2M)) {
            tree().grow(address(at), Level::Page4K, spare, owner_);
        }
        table_count_.fetch_add(needed.raw(), std::memory_order_relaxed);
        return true;
    };
    while (!recent_.with(attempt)) TRY(spare.grow_to(needed));
    return {};
}

FrameTree::RecentTables::Slot& FrameTree::table_of(RecentTables& recent, PhysAddr physical) {
    const std::uint64_t block = physical.raw() / arch::span_of(Level::Page2M);
    auto& slot = recent.recent.data()[block % RecentTables::slots];
    if (slot.block != block) [[unlikely]] {
        const auto table = tree().table_for(address(physical), Level::Page4K);
        kernel::ensure(table.has_value(), "a window's tables were not reserved");
        slot = {block, &PageTree::at(*table), &frames_[*table]};
    }
    return slot;
}

template <class Function>
void FrameTree::for_each_block(RecentTables& recent, PhysRange range, Function&& fn) {
    for (PhysAddr at = range.begin; at < range.end;) {
        const PhysAddr end = std::min(range.end, at.align_down(arch::span_of(Level::Page2M)) +
                                                     arch::span_of(Level::Page2M));
        fn(table_of(recent, at), at, end);
        at = end;
    }
}

void FrameTree::map_reserved(PhysRange range, arch::PteFlags flags) {
    const auto map_one = [flags](RecentTables::Slot& slot, PhysAddr at) {
        const unsigned index = Pfn::of(at).raw() % arch::entries_per_table;
        kernel::ensure(!slot.table->read(index).present(), "mapped twice in a window");
        slot.table->write(index, fresh(at, flags));
        ++slot.frame->table.live;
    };
    recent_.with([&](RecentTables& recent) {
        if (range.bytes() == page_size) [[likely]] return map_one(table_of(recent, range.begin), range.begin);
        for_each_block(recent, range, [&](RecentTables::Slot& slot, PhysAddr begin, PhysAddr end) {
            for (PhysAddr at = begin; at < end; at += page_size) map_one(slot, at);
        });
    });
    kernel::count(kernel::Event::PageTableWrites, PageCount::for_bytes(range.bytes()).raw());
}

void FrameTree::unmap(PhysRange range, TlbBatch& batch) {
    const auto unmap_one = [this, &batch](RecentTables::Slot& slot, PhysAddr at) {
        const unsigned index = Pfn::of(at).raw() % arch::entries_per_table;
        kernel::ensure(slot.table->read(index).present(), "unmapped twice in a window");
        slot.table->write(index, Pte{});
        --slot.frame->table.live;
        batch.add_page(address(at));
    };
    recent_.with([&](RecentTables& recent) {
        if (range.bytes() == page_size) [[likely]] return unmap_one(table_of(recent, range.begin), range.begin);
        for_each_block(recent, range, [&](RecentTables::Slot& slot, PhysAddr begin, PhysAddr end) {
            for (PhysAddr at = begin; at < end; at += page_size) unmap_one(slot, at);
        });
    });
    kernel::count(kernel::Event::PageTableWrites, PageCount::for_bytes(range.bytes()).raw());
}

void FrameTree::map_pages(std::span<const Pfn> pages, arch::PteFlags flags) {
    recent_.with([&](RecentTables& recent) {
        for (const Pfn page : pages) {
            RecentTables::Slot& slot = table_of(recent, page.address());
            const unsigned index = page.raw() % arch::entries_per_table;
            kernel::ensure(!slot.table->read(index).present(), "mapped twice in a window");
            slot.table->write(index, fresh(page.address(), flags));
            ++slot.frame->table.live;
        }
    });
    kernel::count(kernel::Event::PageTableWrites, pages.size());
}

void FrameTree::unmap_pages(std::span<const Pfn> pages, TlbBatch& batch) {
    recent_.with([&](RecentTables& recent) {
        for (const Pfn page : pages) {
            RecentTables::Slot& slot = table_of(recent, page.address());
            const unsigned index = page.raw() % arch::entries_per_table;
            kernel::ensure(slot.table->read(index).present(), "unmapped twice in a window");
            slot.table->write(index, Pte{});
            --slot.frame->table.live;
            batch.add_page(address(page.address()));
        }
    });
    kernel::count(kernel::Event::PageTableWrites, pages.size());
}

bool FrameTree::is_written(Pfn pfn) {
    return recent_.with([&](RecentTables& recent) {
        const RecentTables::Slot& slot = table_of(recent, pfn.address());
        return slot.table->read(pfn.raw() % arch::entries_per_table).has(arch::PteFlags::Dirty);
    });
}

bool FrameTree::is_mapped(Pfn pfn) {
    return recent_.with([&](RecentTables&) { return tree().find(address(pfn.address())).has_value(); });
}

} // namespace mm
