// SPDX-License-Identifier: MIT
// How frames pass from one domain to another.
#include "kernel/base/events.hpp"
#include "kernel/base/mutant.hpp"
#include "mm/domain.hpp"
#include "mm/memory.hpp"

namespace mm {

using kernel::Error;
using kernel::Event;
using kernel::fail;
using kernel::Mutant;
using kernel::Result;

/// Returns the generation of the window that CPUs have to pass before the frames may be another's; 0: they have.
inline std::uint64_t Domain::unmap_for_handover(std::span<const Pfn> frames) {
    const bool defers = memory_.quarantine().defers();
    if (defers) {
        if (const auto generation = window_.unmap_unflushed(frames)) [[likely]]
            return *generation;
    }
    TlbBatch flushes = window_.batch();
    for (const Pfn frame : frames) window_.unmap(PhysRange::of(frame, order_4k), flushes);
    return defers && flushes.can_wait() ? flushes.defer().generation : 0;
}

inline void Domain::send_off(Pfn pfn, TransitTag tag, std::uint64_t generation) {
    Frame& frame = frames_.unchecked(pfn);
    frame.transit = {.tag = tag, .sender = id_, .generation = generation};
    forget_zero_of(frame);
    frame.assign(FrameState::InTransit, shared_domain);
}

Result<> Domain::disown(Pfn pfn, TransitTag tag) {
    if (!may_disown(pfn)) return fail(Error::InvalidArgument);
    owned_.with([&](Owned& owned) { unlink(owned, pfn, &DomainBooks::disowned); });
    const arch::PreemptGuard seen_whole;
    std::uint64_t generation = 0;
    if (!kernel::mutant(Mutant::SkipUnmapOnHandover)) generation = unmap_for_handover({&pfn, 1});
    send_off(pfn, tag, generation);
    kernel::count(Event::FramesHandedOver);
    return {};
}

void Domain::disown_all(std::span<const Pfn> frames, TransitTag tag) {
    owned_.with([&](Owned& owned) {
        for (const Pfn pfn : frames) {
            kernel::ensure(may_disown(pfn), "handed over what is no packet frame of this domain's");
            if (linked_) remove(owned, pfn);
        }
        owned.books.owned = owned.books.owned - PageCount{frames.size()};
        owned.books.disowned += frames.size();
    });
    const arch::PreemptGuard seen_whole;
    std::uint64_t generation = 0;
    if (!kernel::mutant(Mutant::SkipUnmapOnHandover)) generation = unmap_for_handover(frames);
    for (const Pfn pfn : frames) send_off(pfn, tag, generation);
    kernel::count(Event::FramesHandedOver, frames.size());
}

Result<> Domain::adopt(Pfn pfn, TransitTag tag) {
    if (!frames_.contains(pfn) || !may_adopt(pfn, tag)) return fail(Error::Refused);
    TRY(window_.reserve(PhysRange::of(pfn, order_4k)));
    memory_.settle_transit(frames_.unchecked(pfn));
    const auto take_in = [&] {
        const arch::PreemptGuard seen_whole;
        const bool linked = owned_.with([&](Owned& owned) {
            if (!charge_in(owned, PageCount{1})) return false;
            link(owned, pfn, order_4k, FrameState::Exclusive, &DomainBooks::adopted);
            return true;
        });
        if (linked) window_.map_pages({&pfn, 1});
        return linked;
    };
    return within_limit(take_in);
}

std::size_t Domain::adopt_some(std::span<const Pfn> frames, TransitTag tag) {
    // Claims, until the frame table has been asked; one frame may be claimed twice.
    const Frame* settled = nullptr;
    for (const Pfn pfn : frames) {
        if (!frames_.contains(pfn) || !may_adopt(pfn, tag)) return 0;
        const Frame& frame = frames_.unchecked(pfn);
        // A packet's frames were unmapped together, as a rule.
        if (settled != nullptr && frame.transit.same_flush(settled->transit)) continue;
        memory_.settle_transit(frame);
        settled = &frame;
    }
    if (!window_.reserve_pages(frames)) return 0;
    const arch::PreemptGuard seen_whole;
    std::size_t adopted = 0;
    owned_.with([&](Owned& owned) {
        while (adopted < frames.size() && may_adopt(frames[adopted], tag) && charge_in(owned, PageCount{1})) {
            link(owned, frames[adopted], order_4k, FrameState::Exclusive, &DomainBooks::adopted);
            ++adopted;
        }
    });
    window_.map_pages(frames.first(adopted));
    return adopted;
}

} // namespace mm
