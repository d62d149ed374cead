// SPDX-License-Identifier: MIT
// Exclusive pages: from the frame allocator out of the direct map into a domain, and back; and what
// the number of namespaces does to it.
#include <array>

#include "kernel/base/fixed_text.hpp"
#include "kernel/bench/benchmark.hpp"
#include "kernel/bench/run.hpp"
#include "kernel/bench/scratch.hpp"
#include "mm/domain/domain.hpp"
#include "mm/memory.hpp"

namespace kernel::bench {
namespace {

constexpr std::size_t block_pages = 512;

enum class Touch { No, OneWord };

/// 512 pages allocated, freed, and their block returned to the direct map; per page. A page that was
/// written has to be cleared before it can belong to anyone else.
template <Touch touch>
void page_lives(Run& run, mm::Domain& domain) {
    static constinit std::array<mm::Pfn, block_pages> pages{};
    run.measure(block_pages, [&domain] {
        for (mm::Pfn& slot : pages) {
            const auto page = domain.alloc_block(mm::order_4k, mm::Zero::Yes, mm::FrameState::Exclusive);
            if (!page) return false;
            slot = *page;
            if constexpr (touch == Touch::OneWord) *domain.frame_ptr(*page) = std::byte{1};
        }
        for (const mm::Pfn page : pages) domain.free_block(page);
        domain.trim();
        domain.memory().exclusive_frames().trim();
        return true;
    });
}

template <Touch touch>
void page_life(Run& run) {
    const Scratch scratch("bench");
    if (!scratch) return run.fail("no namespace");
    const auto ran = scratch.inside([&run, &scratch] { page_lives<touch>(run, scratch->domain()); });
    if (!ran) run.fail(ran.error());
}

/// The same while `others` namespaces exist besides.
template <unsigned others>
void page_life_among(Run& run) {
    unsigned made = 0;
    const auto name_of = [](unsigned number) { return FixedText<15>("other-{}", number); };
    while (made < others && namespaces().create(name_of(made).view())) ++made;
    if (made == others) {
        page_life<Touch::No>(run);
    } else {
        run.fail("the namespaces could not be made");
    }
    while (made > 0) static_cast<void>(namespaces().remove(name_of(--made).view()));
}

LACUNA_BENCHMARK("exclusive.page_life.untouched", Unit::Cycles, page_life<Touch::No>);
LACUNA_BENCHMARK("exclusive.page_life.one_word_written", Unit::Cycles, page_life<Touch::OneWord>);
LACUNA_BENCHMARK("exclusive.page_life.namespaces_1", Unit::Cycles, page_life_among<0>);
LACUNA_BENCHMARK("exclusive.page_life.namespaces_10", Unit::Cycles, page_life_among<9>);
LACUNA_BENCHMARK("exclusive.page_life.namespaces_100", Unit::Cycles, page_life_among<99>);
LACUNA_BENCHMARK("exclusive.page_life.namespaces_1000", Unit::Cycles, page_life_among<999>);

} // namespace
} // namespace kernel::bench
