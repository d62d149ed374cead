// SPDX-License-Identifier: MIT
#pragma once

#include <bit>

#include "mm/buddy/frame_allocator.hpp"
#include "mm/granularity/granularity.hpp"

namespace mm {

/// Isolation `none`: no frame leaves the direct map. Everything above keeps the same books.
class AttachedGranularity {
public:
    explicit AttachedGranularity(FrameAllocator& frames) : frames_(frames) {}

    kernel::Result<Pfn> take(Order order) { return frames_.take(order, FrameState::InTransit); }
    void give(Pfn first, Order order) { frames_.give(first, order); }
    static constexpr std::size_t pages_at_once = 64;
    kernel::Result<std::size_t> take_runs(std::span<PageRun> room, std::size_t most) {
        const Order order{static_cast<unsigned>(std::bit_width(most)) - 1};
        if (const auto block = frames_.take(order, FrameState::InTransit)) {
            room[0] = PageRun::of(*block, order);
        } else {
            room[0] = {TRY(frames_.take(order_4k, FrameState::InTransit)), 1};
        }
        return 1;
    }
    void give_runs(std::span<const PageRun> runs) {
        for_each_page(runs, [this](Pfn page) { give(page, order_4k); });
    }
    PageCount trim() { return PageCount{}; }
    PageCount free() const { return PageCount{}; }
    void describe(FramePoolStatistics&) const {}

private:
    FrameAllocator& frames_;
};

static_assert(GranularityPolicy<AttachedGranularity>);

} // namespace mm
