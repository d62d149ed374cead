// SPDX-License-Identifier: MIT
#include "mm/block_granularity.hpp"

namespace mm {

using kernel::Result;

Result<Pfn> BlockGranularity::take(Order order) {
    if (order <= order_2m) {
        while (true) {
            if (const auto first = pool_.with([&](Buddy& pool) { return pool.take(order); })) return *first;
            const auto block = detacher_.detach(order_2m);
            if (!block) break;
            // Another CPU may take all of it before this one asks again; then there is another block.
            pool_.with([&](Buddy& pool) { pool.give(*block, order_2m); });
        }
    }
    return take_alone(order);
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
    const auto whole = pool_.with([&](Buddy& pool) {
        pool.give(first, order);
        return pool.blocks(order_2m);
    });
    if (whole > max_whole) return_whole(max_whole);
}

PageCount BlockGranularity::return_whole(std::uint64_t keep) {
    PageCount returned;
    while (true) {
        const auto block = pool_.with([&](Buddy& pool) -> std::optional<Pfn> {
            if (pool.blocks(order_2m) <= keep) return {};
            return pool.take(order_2m);
        });
        if (!block) return returned;
        detacher_.attach(*block, order_2m);
        returned = returned + order_2m.pages();
    }
}

PageCount BlockGranularity::trim() { return return_whole(0); }

PageCount BlockGranularity::free() const {
    return pool_.with([](const Buddy& pool) { return pool.free(); });
}

void BlockGranularity::describe(FramePoolStatistics& statistics) const {
    pool_.with([&](const Buddy& pool) {
        statistics.detached = pool.free();
        for (unsigned order = 0; order <= pool.largest().raw(); ++order) {
            statistics.detached_blocks[order] = pool.blocks(Order{order});
        }
    });
}

} // namespace mm
