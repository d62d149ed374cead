// SPDX-License-Identifier: MIT
// A page's way out of the direct map and back, step by step: what page granularity does each time.
#include <algorithm>
#include <optional>

#include "kernel/bench/benchmark.hpp"
#include "kernel/bench/run.hpp"
#include "mm/memory.hpp"
#include "mm/tables/direct_map.hpp"

namespace kernel::bench {
namespace {

constexpr std::uint64_t rounds = 64;

/// A 2 MiB block of which one page is out already, so that its large leaf is split.
class SplitBlock {
public:
    SplitBlock() {
        const auto block = memory().alloc_block(mm::order_2m, mm::Zero::No);
        if (!block) return;
        first_ = *block;
        split_ = map().remove(page(0)).has_value();
    }
    ~SplitBlock() {
        if (split_) map().restore(page(0));
        if (first_) memory().free_block(*first_, mm::order_2m);
    }
    SplitBlock(const SplitBlock&) = delete;
    SplitBlock& operator=(const SplitBlock&) = delete;

    explicit operator bool() const { return split_; }
    mm::PhysRange page(std::uint64_t number) const {
        const mm::PhysAddr begin = first_->address() + number * mm::page_size;
        return {begin, begin + mm::page_size};
    }
    static mm::DirectMap& map() { return kernel::memory().direct_map(); }

private:
    static mm::Memory& memory() { return kernel::memory(); }

    std::optional<mm::Pfn> first_;
    bool split_ = false;
};

enum class Step { Invalid, Flush, Restore, Cycle };

template <Step step>
void dmap(Run& run) {
    const SplitBlock block;
    if (!block) return run.fail(Error::OutOfMemory);
    const mm::PhysRange page = block.page(100);
    run.measure_parts(rounds, [page](Stopwatch& watch) {
        const auto timed = [&watch](Step which, auto&& work) {
            if (step == which) watch.start();
            work();
            if (step == which) watch.stop();
        };
        bool removed = true;
        for (std::uint64_t i = 0; i < rounds; ++i) {
            if constexpr (step == Step::Cycle) watch.start();
            {
                mm::TlbBatch batch = SplitBlock::map().batch();
                timed(Step::Invalid, [&] { removed = SplitBlock::map().remove(page, batch).has_value() && removed; });
                timed(Step::Flush, [&] { batch.flush(); });
            }
            timed(Step::Restore, [&] { SplitBlock::map().restore(page); });
            if constexpr (step == Step::Cycle) watch.stop();
        }
        return removed;
    });
}

/// The first removal within a 2 MiB leaf, which splits it; putting back heals, and is not timed.
void first_removal(Run& run) {
    mm::Memory& memory = kernel::memory();
    const auto block = memory.alloc_block(mm::order_2m, mm::Zero::No);
    if (!block) return run.fail(block.error());
    const mm::PhysAddr begin = block->address() + 100 * mm::page_size;
    const mm::PhysRange page{begin, begin + mm::page_size};
    run.measure_parts(1, [&](Stopwatch& watch) {
        {
            mm::TlbBatch batch = memory.direct_map().batch();
            watch.start();
            const bool removed = memory.direct_map().remove(page, batch).has_value();
            watch.stop();
            if (!removed) return false;
        }
        memory.direct_map().restore(page);
        return true;
    });
    memory.free_block(*block, mm::order_2m);
}

/// Linux's way to an exclusive page, of which the module's other figures are the parts: a zeroed page
/// leaves the direct map on its own, comes back, is cleared and freed.
void page_life(Run& run) {
    const SplitBlock block; // the page is most likely elsewhere; a leaf that it splits heals each time
    mm::Memory& memory = kernel::memory();
    run.measure(rounds, [&memory] {
        for (std::uint64_t i = 0; i < rounds; ++i) {
            const auto pfn = memory.alloc_block(mm::order_4k, mm::Zero::Yes);
            if (!pfn) return false;
            const mm::PhysRange page{pfn->address(), pfn->address() + mm::page_size};
            if (!memory.direct_map().remove(page)) return false;
            memory.direct_map().restore(page);
            auto* words = mm::DirectMap::ptr_present<std::uint64_t>(pfn->address());
            std::fill_n(words, mm::page_size / sizeof *words, 0);
            memory.free_block(*pfn, mm::order_4k);
        }
        return true;
    });
}

LACUNA_BENCHMARK("dmap.first_invalid_with_2M_split", Unit::Cycles, first_removal);
LACUNA_BENCHMARK("dmap.1cpu.invalid", Unit::Cycles, dmap<Step::Invalid>);
LACUNA_BENCHMARK("dmap.1cpu.flush_tlb_kernel_range", Unit::Cycles, dmap<Step::Flush>);
LACUNA_BENCHMARK("dmap.1cpu.restore", Unit::Cycles, dmap<Step::Restore>);
LACUNA_BENCHMARK("dmap.1cpu.cycle", Unit::Cycles, dmap<Step::Cycle>);
LACUNA_BENCHMARK("dmap.1cpu.exclusive_page_life", Unit::Cycles, page_life);

} // namespace
} // namespace kernel::bench
