// SPDX-License-Identifier: MIT
#pragma once

#include "mm/granularity/detacher.hpp"
#include "mm/granularity/granularity.hpp"

namespace mm {

/// Each allocation leaves the direct map on its own and comes back when it is freed, as in
/// Rapoport's talk: a split and a flush for each, and nothing is held back.
class PageGranularity {
public:
    explicit PageGranularity(const Detacher& detacher) : detacher_(detacher) {}

    kernel::Result<Pfn> take(Order order) { return detacher_.detach(order); }
    void give(Pfn first, Order order) { detacher_.attach(first, order); }
    static constexpr std::size_t pages_at_once = 0;
    kernel::Result<std::size_t> take_runs(std::span<PageRun> room, std::size_t) {
        room[0] = {TRY(detacher_.detach(order_4k)), 1};
        return 1;
    }
    void give_runs(std::span<const PageRun> runs) {
        for_each_page(runs, [this](Pfn page) { give(page, order_4k); });
    }
    PageCount trim() { return PageCount{}; }
    PageCount free() const { return PageCount{}; }
    void describe(FramePoolStatistics&) const {}

private:
    Detacher detacher_;
};

static_assert(GranularityPolicy<PageGranularity>);

} // namespace mm
