// SPDX-License-Identifier: MIT
#include "mm/granularity/block_pool.hpp"

#include <algorithm>
#include <bit>
#include <memory>

#include "mm/buddy/zero_frames.hpp"
#include "mm/frame_checks.hpp"
#include "mm/tables/direct_map.hpp"

namespace mm {

namespace {

constexpr const char* map_name = "the map of detached pages";

constexpr std::uint32_t page_in_block(Pfn pfn) { return pfn.raw() & (order_2m.pages().raw() - 1); }
constexpr Pfn page_of(std::uint32_t block, std::uint32_t page) {
    return Pfn{(std::uint64_t{block} << order_2m.raw()) + page};
}

/// The `count` bits of a word from `first` on. Precondition: 1 to 64 - first.
constexpr std::uint64_t mask(unsigned first, unsigned count) { return ~std::uint64_t{0} >> (64 - count) << first; }
static_assert(mask(0, 64) == ~std::uint64_t{0} && mask(60, 3) == std::uint64_t{7} << 60);

/// The bits of a word at which an aligned run of 2^order pages can begin. Precondition: order < 6.
constexpr std::uint64_t run_starts(unsigned order) {
    return ~std::uint64_t{0} / ((std::uint64_t{1} << (1u << order)) - 1);
}
static_assert(run_starts(0) == ~std::uint64_t{0} && run_starts(1) == 0x5555'5555'5555'5555);
static_assert(run_starts(5) == 0x0000'0001'0000'0001);

} // namespace

kernel::Result<> BlockPool::prepare(Pfn first) {
    Block*& chunk = chunks_[number_of(first) / blocks_per_chunk];
    if (chunk != nullptr) [[likely]]
        return {};
    const Pfn pages = TRY(memory_.take(chunk_order, FrameState::Shared));
    forget_zero(memory_.frames(), pages, chunk_order); // they may go back, below
    auto* const made = DirectMap::ptr_present<Block>(pages.address());
    std::uninitialized_value_construct_n(made, blocks_per_chunk);
    // Another CPU may have been faster. Ordering: release, so that whoever sees the chunk sees it complete.
    Block* expected = nullptr;
    const bool first_here = std::atomic_ref(chunk).compare_exchange_strong(expected, made, std::memory_order_release);
    if (!first_here) memory_.give(pages, chunk_order);
    return {};
}

void BlockPool::link(List& list, std::uint32_t number) {
    Block& here = block(number);
    here.previous = no_block;
    here.next = list.first;
    if (list.first != no_block) block(list.first).previous = number;
    list.first = number;
    ++list.length;
}

void BlockPool::unlink(List& list, std::uint32_t number) {
    const Block& here = block(number);
    if (here.next != no_block) block(here.next).previous = here.previous;
    if (here.previous != no_block) {
        block(here.previous).next = here.next;
    } else {
        list.first = here.next;
    }
    --list.length;
}

void BlockPool::recount(std::uint32_t number, std::uint32_t pages) {
    Block& here = block(number);
    List* const before = list_of(here);
    here.free_pages = pages;
    List* const after = list_of(here);
    if (before == after) return;
    if (before != nullptr) unlink(*before, number);
    if (after != nullptr) link(*after, number);
}

void BlockPool::add(Pfn first) {
    const std::uint32_t number = number_of(first);
    kernel::ensure(!block(number).held && page_in_block(first) == 0, "a block was added twice");
    block(number).held = true;
    kernel::ensure(frames_[first].state == FrameState::FreeDetached, "a block of the pool's is no free one");
    block(number).free.fill(~std::uint64_t{0});
    recount(number, pages_per_block);
    free_ = free_ + order_2m.pages();
}

std::optional<Pfn> BlockPool::remove_whole() {
    if (whole_.first == no_block) return {};
    const std::uint32_t number = whole_.first;
    block(number).free.fill(0);
    block(number).held = false;
    recount(number, 0);
    free_ = free_ - order_2m.pages();
    const Pfn first = page_of(number, 0);
    ensure_row_listed(frames_, first, pages_per_block, FrameState::FreeDetached, shared_domain, map_name);
    return first;
}

std::size_t BlockPool::take_runs(std::span<PageRun> room, std::size_t most) {
    std::size_t taken = 0;
    while (most != 0 && taken != room.size()) {
        const std::uint32_t number = partial_.first != no_block ? partial_.first : whole_.first;
        if (number == no_block) break;
        const PageRun run = take_first_run(number, most);
        most -= run.count;
        if (taken != 0 && room[taken - 1].end() == run.first) { // the next word of the bitmap
            room[taken - 1].count += run.count;
        } else {
            room[taken++] = run;
        }
    }
    return taken;
}

/// The first free pages in a row of a block that has some, as far as they stand in one word of its bitmap.
inline PageRun BlockPool::take_first_run(std::uint32_t number, std::size_t most) {
    Block& from = block(number);
    std::uint32_t word = 0;
    while (from.free.data()[word] == 0) ++word;
    const std::uint64_t bits = from.free.data()[word];
    const auto first = static_cast<unsigned>(std::countr_zero(bits));
    const auto row = static_cast<std::uint32_t>(std::countr_one(bits >> first));
    const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(row, most));
    from.free.data()[word] = bits & ~mask(first, count);
    recount(number, from.free_pages - count);
    free_ = free_ - PageCount{count};
    const PageRun run{page_of(number, word * 64 + first), count};
    ensure_row_listed(frames_, run.first, count, FrameState::FreeDetached, shared_domain, map_name);
    return run;
}

template <class Function>
inline void BlockPool::for_each_word(std::uint32_t page, std::uint32_t count, Function&& fn) {
    while (count != 0) {
        const std::uint32_t here = std::min(64 - page % 64, count);
        fn(page / 64, mask(page % 64, here));
        page += here;
        count -= here;
    }
}

std::optional<std::uint32_t> BlockPool::find_run(const Block& in, Order order) {
    if (order.raw() >= 6) { // whole words
        const std::size_t run = std::size_t{1} << (order.raw() - 6);
        for (std::size_t word = 0; word < words; word += run) {
            const std::span candidate(in.free.data() + word, run);
            if (std::ranges::all_of(candidate, [](std::uint64_t bits) { return bits == ~std::uint64_t{0}; }))
                return static_cast<std::uint32_t>(word * 64);
        }
        return {};
    }
    for (std::size_t word = 0; word < words; ++word) {
        std::uint64_t runs = in.free[word];
        for (unsigned half = 0; half < order.raw(); ++half) runs &= runs >> (1u << half);
        runs &= run_starts(order.raw());
        if (runs != 0)
            return static_cast<std::uint32_t>(word * 64) + static_cast<std::uint32_t>(std::countr_zero(runs));
    }
    return {};
}

std::optional<Pfn> BlockPool::take(Order order) {
    const auto pages = static_cast<std::uint32_t>(order.pages().raw());
    const auto take_from = [&](std::uint32_t number) -> std::optional<Pfn> {
        Block& from = block(number);
        if (from.free_pages < pages) return {};
        const auto page = find_run(from, order);
        if (!page) return {};
        for_each_word(*page, pages, [&](std::size_t word, std::uint64_t bits) { from.free.data()[word] &= ~bits; });
        recount(number, from.free_pages - pages);
        free_ = free_ - order.pages();
        const Pfn first = page_of(number, *page);
        ensure_row_listed(frames_, first, pages, FrameState::FreeDetached, shared_domain, map_name);
        return first;
    };
    for (std::uint32_t number = partial_.first; number != no_block; number = block(number).next) {
        if (const auto found = take_from(number)) return found;
    }
    return whole_.first != no_block ? take_from(whole_.first) : std::nullopt;
}

void BlockPool::give(PageRun run) {
    free_ = free_ + PageCount{run.count};
    while (run.count != 0) {
        const std::uint32_t number = number_of(run.first);
        Block& to = block(number);
        const std::uint32_t count = std::min(run.count, pages_per_block - page_in_block(run.first));
        for_each_word(page_in_block(run.first), count, [&](std::size_t word, std::uint64_t bits) {
            kernel::ensure((to.free.data()[word] & bits) == 0, "detached frame freed twice");
            to.free.data()[word] |= bits;
        });
        frames_.for_row(run.first, count, [](Frame& frame) {
            frame.assign_page(FrameState::FreeDetached, shared_domain);
            frame.flags &= frame_flag::zeroed; // whether it holds zeros is known across owners
        });
        recount(number, to.free_pages + count);
        run = {run.first + PageCount{count}, run.count - count};
    }
}

} // namespace mm
