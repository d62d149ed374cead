// SPDX-License-Identifier: MIT
// Exclusive pages: from the frame allocator out of the direct map into a domain, and back; and what
// the number of namespaces does to it.
#include <array>

#include "kernel/base/fixed_text.hpp"
#include "kernel/bench/benchmark.hpp"
#include "kernel/bench/run.hpp"
#include "kernel/ns/scratch_namespace.hpp"
#include "mm/domain/domain.hpp"
#include "mm/memory.hpp"

namespace kernel::bench {
namespace {

constexpr std::size_t block_pages = 512;

enum class Touch { No, OneWord };

/// So many pages allocated, freed, and their blocks returned to the direct map; per page. A page that was
/// written has to be cleared before it can belong to anyone else.
template <Touch touch, std::size_t blocks>
void page_lives(Run& run, mm::Domain& domain) {
    static constinit std::array<mm::Pfn, blocks * block_pages> pages{};
    run.measure(pages.size(), [&domain] {
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

template <Touch touch, std::size_t blocks = 1>
void page_life(Run& run) {
    const ScratchNamespace scratch("bench");
    if (!scratch) return run.fail("no namespace");
    const auto ran = scratch.inside([&run, &scratch] { page_lives<touch, blocks>(run, scratch->domain()); });
    if (!ran) run.fail(ran.error());
}

/// The same while `others` namespaces exist besides. Of eight blocks, so that the few pages that happen to lie free in
/// the others' last block, one here and one there, do not count for much.
template <unsigned others>
void page_life_among(Run& run) {
    unsigned made = 0;
    const auto name_of = [](unsigned number) { return FixedText<15>("other-{}", number); };
    while (made < others && namespaces().create(name_of(made).view())) ++made;
    if (made == others) {
        page_life<Touch::No, 8>(run);
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
