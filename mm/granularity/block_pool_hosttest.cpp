// SPDX-License-Identifier: MIT
#include "mm/granularity/block_pool.hpp"

#include <array>
#include <set>
#include <vector>

#include "kernel/test/test.hpp"
#include "mm/testing/host_system.hpp"
#include "mm/testing/system.hpp"

namespace {

using mm::BlockPool;
using mm::Order;
using mm::order_2m;
using mm::order_4k;
using mm::PageCount;
using mm::Pfn;
using mm::testing::HostSystem;

/// A pool with `count` blocks of a host machine's memory in it. They stay in the direct map, which the
/// pool does not look at.
struct Blocks {
    explicit Blocks(unsigned count) : pool(system.memory.frames(), system.memory.frame_allocator()) {
        for (unsigned i = 0; i < count; ++i) {
            const Pfn block = *system.memory.alloc_block(order_2m, mm::Zero::No);
            system.memory.frames().assign(mm::PhysRange::of(block, order_2m), mm::FrameState::FreeDetached,
                                          mm::shared_domain);
            kernel::ensure(pool.prepare(block).has_value(), "no memory for the bitmaps");
            pool.add(block);
        }
    }
    HostSystem system;
    BlockPool pool;
};

LACUNA_TEST("mm.block_pool", "single pages: every page once, then none, then a whole block again") {
    Blocks blocks(2);
    std::set<std::uint32_t> seen;
    std::array<mm::PageRun, 4> runs;
    std::vector<Pfn> all;
    while (const std::size_t taken = blocks.pool.take_runs(runs, 48)) {
        CHECK(mm::pages_in(std::span(runs).first(taken)) <= 48);
        for (const mm::PageRun& run : std::span(runs).first(taken)) {
            for (Pfn page = run.first; page != run.end(); page = page + PageCount{1}) {
                CHECK(seen.insert(page.raw()).second);
                all.push_back(page);
            }
        }
        // One block is used up before the next is begun.
        CHECK(blocks.pool.whole_blocks() == (all.size() <= 512 ? 1 : 0));
    }
    CHECK(seen.size() == 1024);
    CHECK(blocks.pool.free() == PageCount{});
    CHECK_FALSE(blocks.pool.take(order_4k).has_value());
    for (const Pfn page : all) blocks.pool.give({page, 1});
    CHECK(blocks.pool.whole_blocks() == 2);
    const auto block = blocks.pool.remove_whole();
    REQUIRE(block.has_value());
    CHECK(block->raw() % 512 == 0);
    CHECK(blocks.pool.free() == PageCount{512});
}

LACUNA_TEST("mm.block_pool", "a run is aligned to its size, of every order") {
    for (unsigned order = 0; order <= order_2m.raw(); ++order) {
        Blocks blocks(1);
        // One page is gone, so that a run of the whole block is not to be had.
        const Pfn hole = *blocks.pool.take(order_4k);
        unsigned runs = 0;
        while (const auto first = blocks.pool.take(Order{order})) {
            CHECK(first->raw() % Order{order}.pages().raw() == 0);
            CHECK((hole < *first || !(hole < *first + Order{order}.pages())));
            ++runs;
        }
        CHECK(runs == 512 / Order{order}.pages().raw() - 1);
    }
}

LACUNA_TEST("mm.block_pool", "random runs agree with a simple model") {
    Blocks blocks(3);
    mm::testing::Random random;
    struct Run {
        Pfn first;
        Order order;
    };
    std::vector<Run> taken;
    std::set<std::uint32_t> in_use;
    for (int step = 0; step < 20'000; ++step) {
        const bool take = taken.empty() || random.below(2) == 0;
        if (take) {
            const Order order{static_cast<unsigned>(random.below(random.below(8) == 0 ? 10 : 4))};
            const auto first = blocks.pool.take(order);
            if (!first) continue;
            CHECK(first->raw() % order.pages().raw() == 0);
            for (std::uint64_t page = 0; page < order.pages().raw(); ++page) {
                REQUIRE(in_use.insert((*first + PageCount{page}).raw()).second);
            }
            taken.push_back({*first, order});
        } else {
            std::swap(taken[random.below(taken.size())], taken.back());
            const Run run = taken.back();
            taken.pop_back();
            for (std::uint64_t page = 0; page < run.order.pages().raw(); ++page) {
                in_use.erase((run.first + PageCount{page}).raw());
            }
            blocks.pool.give(mm::PageRun::of(run.first, run.order));
        }
        REQUIRE(blocks.pool.free() == PageCount{3 * 512 - in_use.size()});
    }
    for (const Run& run : taken) blocks.pool.give(mm::PageRun::of(run.first, run.order));
    CHECK(blocks.pool.whole_blocks() == 3);
}

} // namespace
