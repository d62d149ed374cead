// SPDX-License-Identifier: MIT
#include "mm/granularity/block_granularity.hpp"

#include <bit>

namespace mm {

using kernel::Result;

Result<Pfn> BlockGranularity::take(Order order) {
    if (order > order_2m) return detacher_.detach(order);
    while (true) {
        if (const auto first = pool_.with([=](BlockPool& pool) { return pool.take(order); })) return *first;
        // Another CPU may take all of it before this one asks again; then there is another block.
        if (!grow()) return detacher_.detach(order);
    }
}

Result<std::size_t> BlockGranularity::take_runs(std::span<PageRun> room, std::size_t most) {
    while (true) {
        if (const auto taken = pool_.with([&](BlockPool& pool) { return pool.take_runs(room, most); })) return taken;
        if (grow()) continue;
        room[0] = {TRY(detacher_.detach(order_4k)), 1};
        return 1;
    }
}

Result<> BlockGranularity::grow() {
    const Pfn block = TRY(detacher_.detach(order_2m, FrameState::FreeDetached));
    if (const auto ready = pool_.unlocked().prepare(block); !ready) {
        detacher_.attach(block, order_2m);
        return ready;
    }
    pool_.with([=](BlockPool& pool) { pool.add(block); });
    return {};
}

void BlockGranularity::give(Pfn first, Order order) {
    bool lent = false;
    const bool surplus = pool_.with([&](BlockPool& pool) {
        lent = pool.lent(first);
        if (lent) pool.give(PageRun::of(first, order));
        return pool.whole_blocks() > max_whole;
    });
    if (!lent) detacher_.attach(first, order);
    if (surplus) [[unlikely]]
        return_whole(max_whole);
}

void BlockGranularity::give_runs(std::span<const PageRun> runs) {
    kernel::ensure(runs.size() <= 64, "more runs of pages at once than there are bits for");
    std::uint64_t others = 0;
    const bool surplus = pool_.with([&](BlockPool& pool) {
        for (std::size_t i = 0; i < runs.size(); ++i) {
            // Of two neighbouring blocks, one may be the pool's.
            if (pool.lent(runs[i].first) && pool.lent(Pfn{runs[i].end().raw() - 1})) [[likely]] {
                pool.give(runs[i]);
            } else {
                others |= std::uint64_t{1} << i;
            }
        }
        return pool.whole_blocks() > max_whole;
    });
    for (; others != 0; others &= others - 1) {
        for_each_page(runs.subspan(static_cast<std::size_t>(std::countr_zero(others)), 1),
                      [this](Pfn page) { give(page, order_4k); });
    }
    if (surplus) [[unlikely]]
        return_whole(max_whole);
}

PageCount BlockGranularity::return_whole(std::uint64_t keep) {
    PageCount returned;
    while (true) {
        const auto block = pool_.with(
            [=](BlockPool& pool) { return pool.whole_blocks() > keep ? pool.remove_whole() : std::nullopt; });
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
