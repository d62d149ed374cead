// SPDX-License-Identifier: MIT
#include "mm/block_pool.hpp"

#include <algorithm>
#include <bit>
#include <memory>

#include "mm/direct_map.hpp"

namespace mm {

namespace {

constexpr std::uint32_t block_number(Pfn pfn) { return pfn.raw() >> order_2m.raw(); }
constexpr std::uint32_t page_in_block(Pfn pfn) { return pfn.raw() & (order_2m.pages().raw() - 1); }
constexpr Pfn page_of(std::uint32_t block, std::uint32_t page) {
    return Pfn{(std::uint64_t{block} << order_2m.raw()) + page};
}

/// The bits of a word at which an aligned run of 2^order pages can begin. Precondition: order < 6.
constexpr std::uint64_t run_starts(unsigned order) {
    return ~std::uint64_t{0} / ((std::uint64_t{1} << (1u << order)) - 1);
}
static_assert(run_starts(0) == ~std::uint64_t{0} && run_starts(1) == 0x5555'5555'5555'5555);
static_assert(run_starts(5) == 0x0000'0001'0000'0001);

} // namespace

kernel::Result<> BlockPool::prepare(Pfn first) {
    Block*& chunk = chunks_[block_number(first) / blocks_per_chunk];
    if (chunk != nullptr) [[likely]] return {};
    const Pfn pages = TRY(memory_.take(chunk_order, FrameState::Shared));
    auto* const made = DirectMap::ptr_present<Block>(pages.address());
    std::uninitialized_value_construct_n(made, blocks_per_chunk);
    // Another CPU may have been faster. Ordering: release, so that whoever sees the chunk sees it complete.
    Block* expected = nullptr;
    const bool first_here =
        std::atomic_ref(chunk).compare_exchange_strong(expected, made, std::memory_order_release);
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
    const std::uint32_t number = block_number(first);
    kernel::ensure(block(number).free_pages == 0 && page_in_block(first) == 0, "a block was added twice");
    frames_.assign(PhysRange::of(first, order_2m), FrameState::FreeDetached, shared_domain);
    block(number).free.fill(~std::uint64_t{0});
    recount(number, pages_per_block);
    free_ = free_ + order_2m.pages();
}

std::optional<Pfn> BlockPool::remove_whole() {
    if (whole_.first == no_block) return {};
    const std::uint32_t number = whole_.first;
    block(number).free.fill(0);
    recount(number, 0);
    free_ = free_ - order_2m.pages();
    return page_of(number, 0);
}

std::size_t BlockPool::take_pages(std::span<Pfn> pages) {
    std::size_t taken = 0;
    while (taken < pages.size()) {
        const std::uint32_t number = partial_.first != no_block ? partial_.first : whole_.first;
        if (number == no_block) break;
        Block& from = block(number);
        const std::size_t before = taken;
        for (std::uint32_t word = 0; word < words && taken < pages.size(); ++word) {
            std::uint64_t bits = from.free[word];
            for (; bits != 0 && taken < pages.size(); bits &= bits - 1) {
                const Pfn page = page_of(number, word * 64 + static_cast<std::uint32_t>(std::countr_zero(bits)));
                pages[taken++] = page;
            }
            from.free[word] = bits;
        }
        recount(number, from.free_pages - static_cast<std::uint32_t>(taken - before));
    }
    free_ = free_ - PageCount{taken};
    return taken;
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
        if (runs != 0) return static_cast<std::uint32_t>(word * 64) + static_cast<std::uint32_t>(std::countr_zero(runs));
    }
    return {};
}

void BlockPool::take_run(Block& in, std::uint32_t page, Order order) {
    const std::uint32_t end = page + static_cast<std::uint32_t>(order.pages().raw());
    while (page < end) {
        const std::uint32_t count = std::min(64 - page % 64, end - page);
        const std::uint64_t mask = (count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1) << page % 64;
        in.free[page / 64] &= ~mask;
        page += count;
    }
}

std::optional<Pfn> BlockPool::take(Order order) {
    const auto pages = static_cast<std::uint32_t>(order.pages().raw());
    const auto take_from = [&](std::uint32_t number) -> std::optional<Pfn> {
        Block& from = block(number);
        if (from.free_pages < pages) return {};
        const auto page = find_run(from, order);
        if (!page) return {};
        take_run(from, *page, order);
        recount(number, from.free_pages - pages);
        free_ = free_ - order.pages();
        return page_of(number, *page);
    };
    for (std::uint32_t number = partial_.first; number != no_block; number = block(number).next) {
        if (const auto found = take_from(number)) return found;
    }
    return whole_.first != no_block ? take_from(whole_.first) : std::nullopt;
}

void BlockPool::free_page(Block& to, Pfn page) {
    std::uint64_t& word = to.free.data()[page_in_block(page) / 64];
    const std::uint64_t bit = std::uint64_t{1} << page_in_block(page) % 64;
    kernel::ensure((word & bit) == 0, "detached frame freed twice");
    word |= bit;
    Frame& frame = frames_.unchecked(page);
    frame.assign(FrameState::FreeDetached, shared_domain);
    frame.flags &= frame_flag::zeroed;  // whether it holds zeros is known across owners
}

void BlockPool::give(Pfn first, Order order) {
    const std::uint32_t number = block_number(first);
    Block& to = block(number);
    const auto pages = static_cast<std::uint32_t>(order.pages().raw());
    for (std::uint32_t page = 0; page < pages; ++page) free_page(to, first + PageCount{page});
    recount(number, to.free_pages + pages);
    free_ = free_ + order.pages();
}

void BlockPool::give_pages(std::span<const Pfn> pages) {
    for (std::size_t done = 0; done < pages.size();) {
        // Pages of one block come in a row as a rule.
        const std::uint32_t number = block_number(pages[done]);
        Block& to = block(number);
        const std::size_t begin = done;
        do free_page(to, pages[done]);
        while (++done < pages.size() && block_number(pages[done]) == number);
        recount(number, to.free_pages + static_cast<std::uint32_t>(done - begin));
    }
    free_ = free_ + PageCount{pages.size()};
}

} // namespace mm
