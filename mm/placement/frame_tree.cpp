// SPDX-License-Identifier: MIT
#include "mm/placement/frame_tree.hpp"

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

template <class PageAt, class Function>
void FrameTree::for_each_page(std::size_t count, PageAt&& page_at, int live, Function&& fn) {
    recent_.with([&](RecentTables& recent) {
        for (std::size_t i = 0; i < count;) {
            // Pages of one block come in a row as a rule: its table is looked up once.
            Pfn page = page_at(i);
            const std::uint32_t block = page.raw() / arch::entries_per_table;
            const RecentTables::Slot& slot = table_of(recent, page.address());
            const std::size_t begin = i;
            while (true) {
                fn(*slot.table, page.raw() % arch::entries_per_table, page);
                if (++i == count) break;
                page = page_at(i);
                if (page.raw() / arch::entries_per_table != block) break;
            }
            slot.frame->table.live = static_cast<std::uint16_t>(slot.frame->table.live + live * static_cast<int>(i - begin));
        }
    });
    if (live != 0) kernel::count(kernel::Event::PageTableWrites, count);
}

template <class PageAt>
void FrameTree::map(std::size_t count, PageAt&& page_at, arch::PteFlags flags) {
    for_each_page(count, page_at, 1, [flags](PageTable& table, unsigned index, Pfn page) {
        kernel::ensure(!table.read(index).present(), "mapped twice in a window");
        table.write(index, fresh(page.address(), flags));
    });
}

template <class PageAt>
void FrameTree::unmap(std::size_t count, PageAt&& page_at) {
    for_each_page(count, page_at, -1, [](PageTable& table, unsigned index, Pfn) {
        kernel::ensure(table.read(index).present(), "unmapped twice in a window");
        table.write(index, Pte{});
    });
}

void FrameTree::map_reserved(PhysRange range, arch::PteFlags flags) {
    map(PageCount::for_bytes(range.bytes()).raw(), [first = Pfn::of(range.begin)](std::size_t i) { return first + PageCount{i}; },
        flags);
}

void FrameTree::map_pages(std::span<const Pfn> pages, arch::PteFlags flags) {
    map(pages.size(), [pages](std::size_t i) { return pages[i]; }, flags);
}

void FrameTree::unmap(PhysRange range, TlbBatch& batch) {
    batch.begin(); // before the first entry goes
    const PageCount count = PageCount::for_bytes(range.bytes());
    unmap(count.raw(), [first = Pfn::of(range.begin)](std::size_t i) { return first + PageCount{i}; });
    batch.add_pages(count.raw(), [&](std::size_t i) { return address(range.begin + i * page_size); });
}

void FrameTree::unmap_unflushed(std::span<const Pfn> pages) {
    unmap(pages.size(), [pages](std::size_t i) { return pages[i]; });
}

void FrameTree::unmap_pages(std::span<const Pfn> pages, TlbBatch& batch) {
    batch.begin();
    unmap(pages.size(), [pages](std::size_t i) { return pages[i]; });
    batch.add_pages(pages.size(), [&](std::size_t i) { return address(pages[i].address()); });
}

std::uint64_t FrameTree::written(std::span<const Pfn> pages) {
    std::uint64_t written = 0;
    std::uint64_t bit = 1;
    for_each_page(pages.size(), [pages](std::size_t i) { return pages[i]; }, 0,
                  [&](const PageTable& table, unsigned index, Pfn) {
                      if (table.read(index).has(arch::PteFlags::Dirty)) written |= bit;
                      bit <<= 1;
                  });
    return written;
}

bool FrameTree::is_mapped(Pfn pfn) {
    return recent_.with([&](RecentTables&) { return tree().find(address(pfn.address())).has_value(); });
}

} // namespace mm
