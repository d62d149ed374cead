// SPDX-License-Identifier: MIT
#include "mm/memory.hpp"

#include "kernel/base/events.hpp"
#include "kernel/base/mutant.hpp"
#include "mm/buddy/zero_frames.hpp"
#include "mm/domain/domain.hpp"

namespace mm {

using kernel::Error;
using kernel::Event;
using kernel::fail;
using kernel::Result;

std::byte* OwnedPages::address() const { return DirectMap::ptr_present<std::byte>(first_.address()); }

void OwnedPages::reset() {
    if (Memory* const memory = std::exchange(memory_, nullptr)) memory->free_block(first_, order_);
}

Memory::Memory(const Parts& parts, const Policies& policies)
    : parts_(parts), policies_(policies), exclusive_(parts.frames, parts.direct_map, policies),
      eraser_(parts.frames.frames(), parts.workshop, parts.placements.scheme),
      quarantine_(parts.frames.frames(), parts.tlb, eraser_, exclusive_, policies.flush),
      slabs_(*this, policies.poison, policies.red_zone), heap_(*this, slabs_) {}

Result<Pfn> Memory::alloc_slow(Order order, Zero zero, FrameState use) {
    auto first = parts_.frames.take(order, use);
    if (!first) [[unlikely]] {
        reclaim_everywhere();
        first = parts_.frames.take(order, use);
        if (!first) return first;
    }
    if (zero == Zero::Yes) {
        zero_attached(frames(), *first, order);
    } else {
        forget_zero(frames(), *first, order);
    }
    return first;
}

Result<Pfn> Memory::take_exclusive(Order order) {
    prefer_quarantined(order.pages());
    auto first = exclusive_.take(order);
    if (!first) [[unlikely]] {
        reclaim_everywhere();
        first = exclusive_.take(order);
    }
    return first;
}

/// Rather than let one more block leave the direct map, which costs a round of flushes as well.
void Memory::prefer_quarantined(PageCount pages) {
    if (quarantine_.waiting() >= Quarantine::batch_limit && exclusive_.free() < pages) quarantine_.settle();
}

Result<std::size_t> Memory::take_exclusive_runs(std::span<PageRun> room, std::size_t most) {
    prefer_quarantined(PageCount{1});
    auto taken = exclusive_.take_runs(room, most);
    if (!taken) [[unlikely]] {
        reclaim_everywhere();
        taken = exclusive_.take_runs(room, most);
    }
    return taken;
}

Result<> Memory::reclaim_in_transit(Pfn first, TransitTag tag) {
    if (!frames().contains(first)) return fail(Error::Refused);
    Frame& frame = frames()[first];
    if (!frame.take_off_wire(tag)) return fail(Error::Refused);
    const Order order{frame.order};
    settle_transit(frame);
    const PageRun block = PageRun::of(first, order);
    eraser_.erase({&block, 1});
    exclusive_.give(first, order);
    kernel::count(Event::FramesFreed, order.pages().raw());
    return {};
}

PageCount Memory::reclaim() {
    const PageCount before = parts_.frames.free();
    slabs_.shrink();
    domains_.for_each([](Domain& domain) {
        if (!domain.is_ending()) domain.trim();
    });
    quarantine_.settle();
    exclusive_.trim();
    parts_.frames.drain();
    const PageCount after = parts_.frames.free();
    return after > before ? after - before : PageCount{};
}

void Memory::reclaim_everywhere() {
    if (!reclaim_on_every_cpu(this)) reclaim();
}

FramePoolStatistics Memory::statistics() const {
    FramePoolStatistics statistics;
    statistics.total = parts_.frames.total();
    statistics.attached = parts_.frames.free();
    statistics.attached_per_cpu = parts_.frames.on_cpus();
    statistics.attached_blocks = parts_.frames.blocks_by_order();
    exclusive_.describe(statistics);
    statistics.quarantined = quarantine_.waiting();
    return statistics;
}

PageCount Memory::free_frames() const { return parts_.frames.free() + exclusive_.free() + quarantine_.waiting(); }

void Memory::settle_transit(const Frame& frame) {
    if (kernel::mutant(kernel::Mutant::SkipAdoptCheck)) return;
    const FlushTicket ticket{&tlb().holders(frame.transit.sender), frame.transit.generation};
    tlb().settle([&ticket] { return ticket.behind(); });
}

} // namespace mm
