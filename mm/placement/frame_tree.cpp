// SPDX-License-Identifier: MIT
#include "mm/placement/frame_tree.hpp"

#include <algorithm>
#include <arch/dirty.hpp>

#include "kernel/base/events.hpp"
#include "kernel/base/mutant.hpp"

namespace mm {

using arch::Level;
using arch::Pte;

FrameTree::~FrameTree() {
    if (!root_) return;
    tree().free_tables(tables_);
    tables_.give_table(*root_);
}

kernel::Result<> FrameTree::open() {
    const Pfn root = TRY(tables_.take_table(Zero::Yes));
    frames_[root].owner = owner_;
    frames_[root].table = {};
    root_ = root;
    table_count_ = 1;
    return {};
}

kernel::Result<> FrameTree::reserve(PhysRange range) {
    // Frames of a block that was at work lately have their tables: that is every packet's case.
    const std::uint64_t block = range.begin.raw() / arch::span_of(Level::Page2M);
    // Ordering: relaxed and without the lock, since it only matters that the table was there at some time: it stays.
    if ((range.end - 1).raw() / arch::span_of(Level::Page2M) == block &&
        recent_.unlocked().recent.data()[block % RecentTables::slots].block.load(std::memory_order_relaxed) == block)
        [[likely]] {
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
        if (one_block && recent.recent[block % RecentTables::slots].block.load(std::memory_order_relaxed) == block)
            return true;
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

inline FrameTree::RecentTables::Slot& FrameTree::table_of(RecentTables& recent, PhysAddr physical) {
    const std::uint64_t block = physical.raw() / arch::span_of(Level::Page2M);
    auto& slot = recent.recent.data()[block % RecentTables::slots];
    if (slot.block.load(std::memory_order_relaxed) != block) [[unlikely]]
        look_up(slot, block);
    return slot;
}

[[clang::preserve_most]] void FrameTree::look_up(RecentTables::Slot& slot, std::uint64_t block) {
    const auto table = tree().table_for(address(PhysAddr{block * arch::span_of(Level::Page2M)}), Level::Page4K);
    kernel::ensure(table.has_value(), "a window's tables were not reserved");
    slot.table = &PageTree::at(*table);
    slot.frame = &frames_[*table];
    slot.block.store(block, std::memory_order_relaxed);
}

template <class Function>
[[gnu::noinline]] void FrameTree::for_each_stretch(std::span<const PageRun> runs, int live, Function&& fn) {
    std::uint64_t pages = 0;
    recent_.with([&](RecentTables& recent) {
        const auto stretch = [&](Pfn page, unsigned index, std::uint32_t count) {
            const RecentTables::Slot& slot = table_of(recent, page.address());
            if (count == 16) {
                fn(*slot.table, index, page, 16); // in a straight line
            } else {
                fn(*slot.table, index, page, count);
            }
            slot.frame->table.live =
                static_cast<std::uint16_t>(slot.frame->table.live + live * static_cast<int>(count));
        };
        for (const PageRun& run : runs) {
            pages += run.count;
            const unsigned index = run.first.raw() % arch::entries_per_table;
            const std::uint32_t room = arch::entries_per_table - index;
            if (run.count <= room) [[likely]] {
                stretch(run.first, index, run.count);
                continue;
            }
            stretch(run.first, index, room);
            for (std::uint32_t done = room; done < run.count; done += arch::entries_per_table) {
                stretch(run.first + PageCount{done}, 0,
                        std::min<std::uint32_t>(run.count - done, arch::entries_per_table));
            }
        }
    });
    kernel::count(kernel::Event::PageTableWrites, pages);
}

/// The same for one run whose entries lie in one table, as every packet's do.
template <class Function>
[[gnu::always_inline]] inline void FrameTree::in_one_table(Pfn first, std::uint32_t pages, int live, Function&& fn) {
    {
        auto recent = recent_.lock();
        const RecentTables::Slot& slot = table_of(*recent, first.address());
        fn(*slot.table, first.raw() % arch::entries_per_table, first, pages);
        slot.frame->table.live = static_cast<std::uint16_t>(slot.frame->table.live + live * static_cast<int>(pages));
    }
    kernel::count(kernel::Event::PageTableWrites, pages);
}

/// Entries change, in a straight line for what packets travel in.
template <class Function>
[[gnu::always_inline]] inline void FrameTree::change(std::span<const PageRun> runs, int live, Function&& fn) {
    if (runs.size() != 1 || runs[0].count != 1) return change_more(runs, live, fn);
    in_one_table(runs[0].first, 1, live, fn);
}

template <class Function>
[[gnu::noinline]] void FrameTree::change_more(std::span<const PageRun> runs, int live, Function& fn) {
    if (runs.size() != 1) return for_each_stretch(runs, live, fn);
    const PageRun run = runs[0];
    if (run.count == 16 && run.first.raw() % 16 == 0) return in_one_table(run.first, 16, live, fn);
    if (run.count == 4 && run.first.raw() % 4 == 0) return in_one_table(run.first, 4, live, fn);
    if (run.first.raw() % arch::entries_per_table + run.count > arch::entries_per_table) [[unlikely]]
        return for_each_stretch(runs, live, fn);
    in_one_table(run.first, run.count, live, fn);
}

void FrameTree::map(std::span<const PageRun> runs, arch::PteFlags flags) {
    change(runs, 1, [flags](PageTable& table, std::size_t index, Pfn page, std::uint32_t count) {
        Pte entry = Pte::leaf(page.address(), flags, Level::Page4K).clean(); // until the processor notes a write
        std::uint64_t before = 0;
#pragma clang loop unroll_count(8)
        for (const std::size_t end = index + count; index != end; ++index, entry = entry.next(arch::Level::Page4K)) {
            if constexpr (kernel::checks_assertions) before |= table.read(index).raw();
            table.write(index, entry);
        }
        kernel::ensure(!Pte{before}.present(), "mapped twice in a window");
    });
}

void FrameTree::unmap(std::span<const PageRun> runs, TlbBatch& batch) {
    batch.begin(); // before the first entry goes
    change(runs, -1, [this](PageTable& table, std::size_t index, Pfn page, std::uint32_t count) {
        std::uint64_t all = ~std::uint64_t{0};
        for (const std::size_t end = index + count; index != end; ++index, page = page + PageCount{1}) {
            const Pte before = arch::with_writes(table.exchange(index, Pte{}));
            if constexpr (kernel::checks_assertions) all &= before.raw();
            if (before.has(arch::PteFlags::Dirty) && !kernel::mutant(kernel::Mutant::IgnoreWrites))
                frames_.unchecked(page).forget_zero();
        }
        kernel::ensure(Pte{all}.present(), "unmapped twice in a window");
    });
    for (const PageRun& run : runs) batch.add_pages(address(run.first.address()), run.count);
}

void FrameTree::unmap_unflushed(std::span<const PageRun> runs) {
    change(runs, -1, [](PageTable& table, std::size_t index, Pfn, std::uint32_t count) {
        std::uint64_t all = ~std::uint64_t{0};
        for (const std::size_t end = index + count; index != end; ++index) {
            if constexpr (kernel::checks_assertions) all &= table.read(index).raw();
            table.write(index, Pte{});
        }
        kernel::ensure(Pte{all}.present(), "unmapped twice in a window");
    });
}

std::size_t FrameTree::mapped_blocks(std::span<Pfn> room) {
    if (!root_) return 0;
    return recent_.with([&](RecentTables&) {
        std::size_t count = 0;
        Pfn next; // behind the last block
        tree().for_each_leaf([&](Pte entry) {
            const Pfn page = Pfn::of(entry.address());
            if (page < next || frames_[page].owner != owner_) return true; // the frame table decides what is whose
            if (count == room.size()) return false;
            room[count++] = page;
            next = page + Order{frames_[page].order}.pages();
            return true;
        });
        return count;
    });
}

bool FrameTree::is_mapped(Pfn pfn) {
    return recent_.with([&](RecentTables&) { return tree().find(address(pfn.address())).has_value(); });
}

} // namespace mm
