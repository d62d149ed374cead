// SPDX-License-Identifier: MIT
// Blocks of frames, shared and exclusive.
#include <array>

#include "kernel/bench/benchmark.hpp"
#include "kernel/bench/run.hpp"
#include "kernel/ns/scratch_namespace.hpp"
#include "mm/domain/domain.hpp"
#include "mm/memory.hpp"

namespace kernel::bench {
namespace {

constexpr std::uint64_t pairs = 256;

enum class Half { Alloc, Free };

template <unsigned order>
void pair(Run& run) {
    mm::Memory& memory = kernel::memory();
    run.measure(pairs, [&memory] {
        for (std::uint64_t i = 0; i < pairs; ++i) {
            const auto block = memory.alloc_block(mm::Order{order}, mm::Zero::No);
            if (!block) return false;
            memory.free_block(*block, mm::Order{order});
        }
        return true;
    });
}

/// `count` blocks allocated, then freed in the same order; one half of it is timed.
template <unsigned order, std::size_t count, Half half>
void batch(Run& run) {
    static constinit std::array<mm::Pfn, count> blocks{};
    mm::Memory& memory = kernel::memory();
    run.measure_parts(count, [&memory](Stopwatch& watch) {
        if constexpr (half == Half::Alloc) watch.start();
        for (mm::Pfn& slot : blocks) {
            const auto block = memory.alloc_block(mm::Order{order}, mm::Zero::No);
            if (!block) return false;
            slot = *block;
        }
        if constexpr (half == Half::Alloc) watch.stop();
        if constexpr (half == Half::Free) watch.start();
        for (const mm::Pfn block : blocks) memory.free_block(block, mm::Order{order});
        if constexpr (half == Half::Free) watch.stop();
        return true;
    });
}

/// Pairs of a domain's page: nothing leaves or enters the direct map.
void exclusive_pair(Run& run) {
    const ScratchNamespace scratch("bench");
    if (!scratch) return run.fail("no namespace");
    const auto ran = scratch.inside([&run, &domain = scratch->domain()] {
        run.measure(pairs, [&domain] {
            for (std::uint64_t i = 0; i < pairs; ++i) {
                const auto page = domain.alloc_block(mm::order_4k, mm::Zero::No, mm::FrameState::Exclusive);
                if (!page) return false;
                domain.free_block(*page);
            }
            return true;
        });
    });
    if (!ran) run.fail(ran.error());
}

LACUNA_BENCHMARK("pages.o0.pair", Unit::Cycles, pair<0>);
LACUNA_BENCHMARK("pages.o3.pair", Unit::Cycles, pair<3>);
LACUNA_BENCHMARK("pages.o9.pair", Unit::Cycles, pair<9>);
LACUNA_BENCHMARK("pages.o0.batch64.alloc", Unit::Cycles, batch<0, 64, Half::Alloc>);
LACUNA_BENCHMARK("pages.o0.batch64.free", Unit::Cycles, batch<0, 64, Half::Free>);
LACUNA_BENCHMARK("pages.o3.batch64.alloc", Unit::Cycles, batch<3, 64, Half::Alloc>);
LACUNA_BENCHMARK("pages.o3.batch64.free", Unit::Cycles, batch<3, 64, Half::Free>);
LACUNA_BENCHMARK("pages.o9.batch64.alloc", Unit::Cycles, batch<9, 64, Half::Alloc>);
LACUNA_BENCHMARK("pages.o9.batch64.free", Unit::Cycles, batch<9, 64, Half::Free>);
LACUNA_BENCHMARK("pages.o0.batch2048.alloc", Unit::Cycles, batch<0, 2048, Half::Alloc>);
LACUNA_BENCHMARK("pages.o0.batch2048.free", Unit::Cycles, batch<0, 2048, Half::Free>);
LACUNA_BENCHMARK("exclusive.page.pair", Unit::Cycles, exclusive_pair);

} // namespace
} // namespace kernel::bench
