// SPDX-License-Identifier: MIT
#include "mm/tables/workshop.hpp"

#include <algorithm>

#include <arch/access.hpp>
#include <arch/memory.hpp>
#include <arch/pgd.hpp>
#include <arch/tlb.hpp>
#include <arch/visit.hpp>

#include "kernel/base/events.hpp"
#include "kernel/base/mutant.hpp"

namespace mm {

using arch::Level;
using arch::Pte;
using kernel::Event;

static_assert(Workshop::capacity <= arch::entries_per_table);

namespace {

/// Its own PCID, where there are such: no address space's.
constexpr std::uint64_t workshop_pcid = PcidSlots::count;

} // namespace

kernel::Result<> Workshop::add_cpu(unsigned cpu, TableSource& tables) {
    Room& room = rooms_.of(cpu);
    if (room.pgd) return {};
    TableReservation spare(frames_, tables);
    TRY(spare.grow_to(PageCount{4}));
    const Pfn pgd = spare.take();
    frames_[pgd].table = {};
    PageTree tree(frames_, pgd, Level::Slot);
    const PageTable& kernel_pgd = PageTree::at(kernel_.pgd());
    for (const unsigned shared : {arch::direct_map_slot, arch::device_slot, arch::image_slot})
        tree.set_entry(pgd, shared, kernel_pgd.read(shared));
    room.slots = tree.grow(VirtAddr{arch::workshop_base}, Level::Page4K, spare, shared_domain);
    room.pgd = pgd;
    if (kernel::mutant(kernel::Mutant::SharedWorkshop) && cpu == 0) {
        kernel_.tree().set_entry(kernel_.pgd(), arch::workshop_slot, PageTree::at(pgd).read(arch::workshop_slot));
    }
    return {};
}

void Workshop::close(TableSource& tables) {
    rooms_.for_each([&](Room& room) {
        if (!room.pgd) return;
        const PageTree tree(frames_, *room.pgd, Level::Slot);
        const Pfn own = *tree.table_for(VirtAddr{arch::workshop_base}, Level::Page1G);
        PageTree(frames_, own, Level::Page1G).free_tables(tables);
        tables.give_table(own);
        tables.give_table(*room.pgd);
        room.pgd.reset();
        room.slots.reset();
    });
}

void* Workshop::slot(std::size_t index) { return arch::reach(arch::workshop_base + index * page_size); }

void Workshop::zero(std::span<const Pfn> frames) {
    kernel::count(Event::FramesZeroed, frames.size());
    while (!frames.empty()) {
        const std::span now = frames.first(std::min(frames.size(), capacity));
        const arch::IrqGuard alone;
        enter(rooms_.local(), now, [](Room& room) {
            for (std::size_t i = 0; i < room.count; ++i) arch::zero_words(slot(i), page_size / sizeof(std::uint64_t));
        });
        frames = frames.subspan(now.size());
    }
}

void Workshop::enter(Room& room, std::span<const Pfn> frames, void (*work)(Room& room)) {
    kernel::ensure(room.pgd.has_value(), "this CPU has no workshop yet");
    kernel::ensure(room.count == 0, "a visit to the workshop within a visit");
    kernel::ensure(!PageTree::at(*room.slots).read(0).present(), "a frame was left behind in the workshop");
    std::ranges::copy(frames, room.frames.begin());
    room.count = frames.size();
    room.work = work;
    room.forgets_pages = tlb_.uses_pcids();
    // Without PCIDs the way back forgets all that is not global, and nothing here is. With them it keeps what the
    // address space has, whose windows this CPU has never ceased to hold: what was taken out of one meanwhile, it is
    // told as soon as it takes interrupts again.
    const std::uint64_t back = arch::current_cr3();
    arch::visit({.there = room.pgd->address().raw() | (room.forgets_pages ? workshop_pcid : 0),
                 .back = room.forgets_pages ? back | arch::keep_translations : back,
                 .stack_top = reinterpret_cast<std::uintptr_t>(room.stack.data() + room.stack.size())},
                &work_inside, &room);
    kernel::count(Event::Cr3Writes, 2);
    kernel::count(Event::PageTableWrites, 2 * room.count);
    room.count = 0;
}

void Workshop::work_inside(void* argument) {
    Room& room = *static_cast<Room*>(argument);
    PageTable& slots = PageTree::at(*room.slots);
    for (std::size_t i = 0; i < room.count; ++i)
        slots.write(i, Pte::leaf(room.frames[i].address(), arch::read_write, Level::Page4K));
    room.work(room);
    for (std::size_t i = 0; i < room.count; ++i) slots.write(i, Pte{});
    if (!room.forgets_pages) return;
    for (std::size_t i = 0; i < room.count; ++i) arch::invalidate_page(arch::workshop_base + i * page_size);
    kernel::count(Event::Invlpg, room.count);
}

} // namespace mm
