// SPDX-License-Identifier: MIT
// How blocks pass from one domain to another.
#include "kernel/base/events.hpp"
#include "kernel/base/mutant.hpp"
#include "mm/domain/domain.hpp"
#include "mm/memory.hpp"

namespace mm {

using kernel::Error;
using kernel::Event;
using kernel::fail;
using kernel::Mutant;
using kernel::Result;

/// Returns the generation of the window that CPUs have to pass before the blocks may be another's; 0: they have.
inline std::uint64_t Domain::unmap_for_handover(std::span<const PageRun> blocks) {
    const bool defers = memory_.quarantine().defers();
    if (defers) {
        if (const auto generation = window_.unmap_unflushed(blocks)) [[likely]]
            return *generation;
    }
    TlbBatch flushes = window_.batch();
    window_.unmap(blocks, flushes);
    return defers && flushes.can_wait() ? flushes.defer().generation : 0;
}

inline void Domain::send_off(PageRun block, TransitTag tag, std::uint64_t generation) {
    Frame& head = frames_.unchecked(block.first);
    head.transit = {.tag = tag, .sender = id_, .generation = generation};
    head.flags = Frame::on_wire_flags;
    head.assign(FrameState::InTransit, shared_domain);
    if (block.count == 1) [[likely]]
        return;
    frames_.for_row(block.first + PageCount{1}, block.count - 1, [](Frame& frame) {
        frame.flags = 0;
        frame.assign(FrameState::InTransit, shared_domain);
    });
}

void Domain::disown(std::span<const PageRun> blocks, TransitTag tag) {
    for (const PageRun& block : blocks)
        kernel::ensure(may_disown(block), "handed over what is no block of this domain's");
    const arch::PreemptGuard seen_whole;
    std::uint64_t generation = 0;
    if (!kernel::mutant(Mutant::SkipUnmapOnHandover)) generation = unmap_for_handover(blocks);
    std::uint64_t pages = 0;
    owned_.with([&](Owned& owned) {
        for (const PageRun& block : blocks) {
            if (linked_) remove(owned, block.first);
            send_off(block, tag, generation);
            pages += block.count;
        }
        owned.books.owned = owned.books.owned - PageCount{pages};
        owned.books.disowned += pages;
    });
    kernel::count(Event::FramesHandedOver, pages);
}

Result<> Domain::disown(Pfn first, TransitTag tag) {
    if (!frames_.contains(first)) return fail(Error::InvalidArgument);
    const PageRun block = PageRun::of(first, Order{frames_.unchecked(first).order});
    if (!may_disown(block)) return fail(Error::InvalidArgument);
    disown({&block, 1}, tag);
    return {};
}

Result<Order> Domain::adopt(Pfn first, TransitTag tag) {
    if (!frames_.contains(first)) return fail(Error::Refused);
    Frame& head = frames_.unchecked(first);
    if (!head.take_off_wire(tag)) return fail(Error::Refused);
    const PageRun block = PageRun::of(first, Order{head.order});
    const auto taken = take_over(head, block);
    if (!taken) [[unlikely]] {
        head.put_back_on_wire();
        return fail(taken.error());
    }
    return Order{head.order};
}

/// Makes a block that was taken off its wire this domain's. Errors: DomainLimit, OutOfMemory.
inline Result<> Domain::take_over(Frame& head, PageRun block) {
    const Order order{head.order};
    const Pfn first = block.first;
    TRY(window_.reserve(block.range()));
    memory_.settle_transit(head);
    const auto take_in = [&] {
        const arch::PreemptGuard seen_whole;
        const bool linked = owned_.with([&](Owned& owned) {
            if (!charge_in(owned, order.pages())) return false;
            link(owned, first, order, FrameState::Exclusive, &DomainBooks::adopted);
            return true;
        });
        if (!linked) return false;
        if (block.count != 1) frames_.assign(block.range(), FrameState::Exclusive, id_);
        window_.map_reserved({&block, 1});
        return true;
    };
    return within_limit(take_in);
}

} // namespace mm
