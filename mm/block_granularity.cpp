// SPDX-License-Identifier: MIT
#include "mm/block_granularity.hpp"

namespace mm {

using kernel::Result;

Result<Pfn> BlockGranularity::take(Order order) {
    if (order > order_2m) return take_alone(order);
    while (true) {
        if (const auto first = pool_.take(order, FrameState::InTransit)) return *first;
        const auto block = detacher_.detach(order_2m);
        if (!block) return take_alone(order);
        // Another CPU may take all of it before this one asks again; then there is another block.
        pool_.give(*block, order_2m);
    }
}

Result<Pfn> BlockGranularity::take_alone(Order order) {
    const Pfn first = TRY(detacher_.detach(order));
    detacher_.frames()[first].flags |= frame_flag::detached_alone;
    return first;
}

void BlockGranularity::give(Pfn first, Order order) {
    if ((detacher_.frames()[first].flags & frame_flag::detached_alone) != 0) {
        detacher_.attach(first, order);
        return;
    }
    pool_.give(first, order);
    if (pool_.blocks(order_2m) > max_whole) [[unlikely]]
        return_whole(max_whole);
}

PageCount BlockGranularity::return_whole(std::uint64_t keep) {
    PageCount returned;
    while (pool_.blocks(order_2m) > keep) {
        const auto block = pool_.take(order_2m, FrameState::InTransit);
        if (!block) break;
        detacher_.attach(*block, order_2m);
        returned = returned + order_2m.pages();
    }
    return returned;
}

PageCount BlockGranularity::trim() {
    pool_.drain();
    return return_whole(0);
}

PageCount BlockGranularity::free() const { return pool_.free(); }

void BlockGranularity::describe(FramePoolStatistics& statistics) const {
    statistics.detached = pool_.free();
    statistics.detached_per_cpu = pool_.on_cpus();
    statistics.detached_blocks = pool_.blocks_by_order();
}

} // namespace mm
