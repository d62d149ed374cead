// SPDX-License-Identifier: MIT
#pragma once

#include "mm/frame_allocator.hpp"
#include "mm/granularity.hpp"

namespace mm {

/// Isolation `none`: no frame leaves the direct map. Everything above keeps the same books.
class AttachedGranularity {
public:
    explicit AttachedGranularity(FrameAllocator& frames) : frames_(frames) {}

    kernel::Result<Pfn> take(Order order) { return frames_.take(order, FrameState::InTransit); }
    void give(Pfn first, Order order) { frames_.give(first, order); }
    static constexpr std::size_t pages_at_once = 16;
    kernel::Result<std::size_t> take_pages(std::span<Pfn> room) {
        std::size_t taken = 0;
        for (; taken < room.size(); ++taken) {
            const auto page = frames_.take(order_4k, FrameState::InTransit);
            if (!page && taken == 0) return std::unexpected(page.error());
            if (!page) break;
            room[taken] = *page;
        }
        return taken;
    }
    void give_pages(std::span<const Pfn> pages) {
        for (const Pfn page : pages) frames_.give(page, order_4k);
    }
    PageCount trim() { return PageCount{}; }
    PageCount free() const { return PageCount{}; }
    void describe(FramePoolStatistics&) const {}

private:
    FrameAllocator& frames_;
};

static_assert(GranularityPolicy<AttachedGranularity>);

} // namespace mm
