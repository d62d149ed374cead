// SPDX-License-Identifier: MIT
#include "mm/buddy/frame_allocator.hpp"

#include <algorithm>
#include <bit>

namespace mm {

using kernel::Error;
using kernel::fail;
using kernel::Result;

FrameAllocator::FrameAllocator(FrameTable frames) : frames_(frames), buddy_(std::in_place, frames, max_order) {}

void FrameAllocator::add(PhysRange range) {
    Pfn next = Pfn::of(range.begin.align_up(page_size));
    const Pfn end = Pfn::of(range.end.align_down(page_size));
    while (next < end) {
        // The largest block that starts here and fits.
        const int fitting = std::bit_width((end - next).raw()) - 1;
        const int aligned = std::countr_zero(next.raw()); // 32 for frame 0, which suits any order
        const auto order = std::min(max_order.raw(), static_cast<unsigned>(std::min(fitting, aligned)));
        for (std::uint64_t page = 0; page < Order{order}.pages().raw(); ++page) {
            frames_[next + PageCount{page}].flags = 0;
        }
        buddy_.with([&](Buddy& buddy) { buddy.give(next, Order{order}); });
        next = next + Order{order}.pages();
        total_ = total_ + Order{order}.pages();
    }
}

Result<Pfn> FrameAllocator::take_slow(Order order, FrameState state, DomainId owner) {
    kernel::ensure(!arch::in_interrupt(), "allocation in an interrupt handler");
    const auto taken = buddy_.with([&](Buddy& buddy) {
        const auto first = buddy.take(order);
        if (first && order == order_4k) {
            // The lock keeps preemption off, so this is still the CPU whose list was empty.
            PageCache& cache = caches_.local();
            while (cache.size() < PageCache::batch) {
                const auto spare = buddy.take(order_4k);
                if (!spare) break;
                frames_[*spare].flags |= frame_flag::per_cpu_list;
                cache.push(*spare);
            }
        }
        return first;
    });
    if (!taken) return fail(Error::OutOfMemory);
    ensure_row_listed(frames_, *taken, order.pages().raw(), FrameState::Free, shared_domain, "the buddy's lists");
    frames_.assign(PhysRange::of(*taken, order), state, owner);
    Frame& head = frames_[*taken];
    head.order = static_cast<std::uint8_t>(order.raw());
    head.flags |= frame_flag::block_head;
    return *taken;
}

void FrameAllocator::give_slow(Pfn first, Order order) {
    kernel::ensure(!arch::in_interrupt(), "memory freed in an interrupt handler");
    if (order == order_4k) return_some(PageCache::batch);
    frames_[first].flags &= frame_flag::zeroed;
    buddy_.with([&](Buddy& buddy) { buddy.give(first, order); });
}

void FrameAllocator::drain() { return_some(PageCache::capacity); }

void FrameAllocator::return_some(std::uint32_t count) {
    buddy_.with([&](Buddy& buddy) {
        PageCache& cache = caches_.local();
        for (; count > 0 && !cache.empty(); --count) {
            buddy.give(cache.pop(), order_4k);
        }
    });
}

PageCount FrameAllocator::on_cpus() const {
    std::uint64_t frames = 0;
    caches_.for_each([&](const PageCache& cache) { frames += cache.size(); });
    return PageCount{frames};
}

PageCount FrameAllocator::free() const {
    return on_cpus() + buddy_.with([](const Buddy& buddy) { return buddy.free(); });
}

FramePoolStatistics::PerOrder FrameAllocator::blocks_by_order() const {
    FramePoolStatistics::PerOrder blocks{};
    buddy_.with([&](const Buddy& buddy) {
        for (unsigned order = 0; order <= max_order.raw(); ++order) blocks[order] = buddy.blocks(Order{order});
    });
    return blocks;
}

} // namespace mm
