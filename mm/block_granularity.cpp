// SPDX-License-Identifier: MIT
#include "mm/block_granularity.hpp"

#include <algorithm>

namespace mm {

using kernel::Result;

Result<Pfn> BlockGranularity::take(Order order) {
    if (order > order_2m) return take_alone(order);
    while (true) {
        if (const auto first = pool_.with([=](BlockPool& pool) { return pool.take(order); })) return *first;
        // Another CPU may take all of it before this one asks again; then there is another block.
        if (!grow()) return take_alone(order);
    }
}

Result<std::size_t> BlockGranularity::take_pages(std::span<Pfn> room) {
    while (true) {
        if (const auto taken = pool_.with([=](BlockPool& pool) { return pool.take_pages(room); })) return taken;
        if (grow()) continue;
        room[0] = TRY(take_alone(order_4k));
        return 1;
    }
}

Result<> BlockGranularity::grow() {
    const Pfn block = TRY(detacher_.detach(order_2m));
    if (const auto ready = pool_.unlocked().prepare(block); !ready) {
        detacher_.attach(block, order_2m);
        return ready;
    }
    pool_.with([=](BlockPool& pool) { pool.add(block); });
    return {};
}

Result<Pfn> BlockGranularity::take_alone(Order order) {
    const Pfn first = TRY(detacher_.detach(order));
    detacher_.frames()[first].flags |= frame_flag::detached_alone;
    return first;
}

void BlockGranularity::give(Pfn first, Order order) {
    if (is_alone(first)) return detacher_.attach(first, order);
    const bool surplus = pool_.with([=](BlockPool& pool) {
        pool.give(first, order);
        return pool.whole_blocks() > max_whole;
    });
    if (surplus) [[unlikely]] return_whole(max_whole);
}

void BlockGranularity::give_pages(std::span<const Pfn> pages) {
    if (std::ranges::any_of(pages, [this](Pfn page) { return is_alone(page); })) [[unlikely]] {
        for (const Pfn page : pages) give(page, order_4k);
        return;
    }
    const bool surplus = pool_.with([&](BlockPool& pool) {
        pool.give_pages(pages);
        return pool.whole_blocks() > max_whole;
    });
    if (surplus) [[unlikely]] return_whole(max_whole);
}

PageCount BlockGranularity::return_whole(std::uint64_t keep) {
    PageCount returned;
    while (true) {
        const auto block = pool_.with([=](BlockPool& pool) {
            return pool.whole_blocks() > keep ? pool.remove_whole() : std::nullopt;
        });
        if (!block) return returned;
        detacher_.attach(*block, order_2m);
        returned = returned + order_2m.pages();
    }
}

PageCount BlockGranularity::trim() { return return_whole(0); }

PageCount BlockGranularity::free() const { return pool_.unlocked().free(); }

void BlockGranularity::describe(FramePoolStatistics& statistics) const {
    pool_.with([&](const BlockPool& pool) {
        statistics.detached = pool.free();
        statistics.detached_whole = pool.whole_blocks();
        pool.for_each_block([&](PageCount) { ++statistics.detached_blocks; });
    });
}

} // namespace mm
