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
    PageCount trim() { return PageCount{}; }
    PageCount free() const { return PageCount{}; }
    void describe(FramePoolStatistics&) const {}

private:
    FrameAllocator& frames_;
};

static_assert(GranularityPolicy<AttachedGranularity>);

} // namespace mm
