// SPDX-License-Identifier: MIT
#include "mm/window.hpp"

#include <algorithm>

#include "kernel/base/events.hpp"
#include "kernel/base/mutant.hpp"

namespace mm {

using arch::Level;
using arch::Pte;

Window::Window(DomainId owner, DomainKind kind, Isolation isolation, FrameTable frames, Tlb& tlb,
               TableSource& tables)
    : owner_(owner), kind_(kind), isolation_(isolation), frames_(frames), tlb_(tlb), tables_(tables),
      base_(isolation == Isolation::Pgd ? arch::window_base(window_slot(kind))
                                        : arch::direct_map_base()) {}

Window::~Window() {
    if (!root_) return;
    kernel::ensure(loaded_on().empty(), "a window ends while a CPU has it loaded");
    tree().free_tables(tables_);
    tables_.give_table(*root_);
}

kernel::Result<> Window::open() {
    if (isolation_ == Isolation::None) return {};
    const Pfn root = TRY(tables_.take_table());
    frames_[root].owner = owner_;
    frames_[root].table = {};
    root_ = root;
    table_count_ = 1;
    return {};
}

std::optional<TopEntry> Window::top_entry() const {
    if (!root_) return std::nullopt;
    return TopEntry{window_slot(kind_), Pte::table(root_->address())};
}

kernel::Result<> Window::reserve(PhysRange range) {
    if (isolation_ == Isolation::None) return {};
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

Window::RecentTables::Slot& Window::table_of(RecentTables& recent, PhysAddr physical) {
    const std::uint64_t block = physical.raw() / arch::span_of(Level::Page2M);
    auto& slot = recent.recent[block % RecentTables::slots];
    if (slot.block != block) [[unlikely]] {
        const auto table = tree().table_for(address(physical), Level::Page4K);
        kernel::ensure(table.has_value(), "a window's tables were not reserved");
        slot = {block, &PageTree::at(*table), &frames_[*table]};
    }
    return slot;
}

template <class Function>
void Window::for_each_block(RecentTables& recent, PhysRange range, Function&& fn) {
    for (PhysAddr at = range.begin; at < range.end;) {
        const PhysAddr end = std::min(range.end, at.align_down(arch::span_of(Level::Page2M)) +
                                                     arch::span_of(Level::Page2M));
        fn(table_of(recent, at), at, end);
        at = end;
    }
    kernel::count(kernel::Event::PageTableWrites, PageCount::for_bytes(range.bytes()).raw());
}

void Window::map_reserved(PhysRange range) {
    if (isolation_ == Isolation::None) return;
    recent_.with([&](RecentTables& recent) {
        for_each_block(recent, range, [](RecentTables::Slot& slot, PhysAddr begin, PhysAddr end) {
            unsigned index = Pfn::of(begin).raw() % arch::entries_per_table;
            for (PhysAddr at = begin; at < end; at += page_size, ++index) {
                kernel::ensure(!slot.table->read(index).present(), "mapped twice in a window");
                slot.table->write(index, Pte::leaf(at, arch::read_write, Level::Page4K));
                ++slot.frame->table.live;
            }
        });
    });
}

kernel::Result<> Window::map(PhysRange range) {
    TRY(reserve(range));
    map_reserved(range);
    return {};
}

void Window::unmap(PhysRange range) {
    TlbBatch flushes = batch();
    unmap(range, flushes);
}

void Window::unmap(PhysRange range, TlbBatch& batch) {
    if (isolation_ == Isolation::None) return;
    recent_.with([&](RecentTables& recent) {
        for_each_block(recent, range, [&](RecentTables::Slot& slot, PhysAddr begin, PhysAddr end) {
            unsigned index = Pfn::of(begin).raw() % arch::entries_per_table;
            for (PhysAddr at = begin; at < end; at += page_size, ++index) {
                kernel::ensure(slot.table->read(index).present(), "unmapped twice in a window");
                slot.table->write(index, Pte{});
                --slot.frame->table.live;
                batch.add_page(address(at));
            }
        });
    });
}

bool Window::is_mapped(Pfn pfn) {
    if (isolation_ == Isolation::None) return true;
    return recent_.with([&](RecentTables&) { return tree().find(address(pfn.address())).has_value(); });
}

} // namespace mm
