// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

#include "kernel/base/assert.hpp"
#include "mm/addr.hpp"

namespace mm {

/// Frames in a row. What travels as one between the pool of free frames, a domain and its window, so that most of
/// the work is done once for many of them.
struct PageRun {
    Pfn first;
    std::uint32_t count = 0;

    static constexpr PageRun of(Pfn first, Order order) {
        return {first, static_cast<std::uint32_t>(order.pages().raw())};
    }
    static constexpr PageRun of(PhysRange range) {
        return {Pfn::of(range.begin), static_cast<std::uint32_t>(PageCount::for_bytes(range.bytes()).raw())};
    }
    constexpr Pfn end() const { return first + PageCount{count}; }
    constexpr PhysRange range() const { return {first.address(), end().address()}; }
    constexpr bool operator==(const PageRun&) const = default;
};

/// How many pages stand in a row from the first on. Precondition: there is one.
constexpr std::size_t row_length(std::span<const Pfn> pages) {
    std::size_t length = 1;
    // Two at a time: most pages that go back were taken in a row.
    constexpr std::uint64_t both = (std::uint64_t{1} << 32) + 1;
    std::uint64_t next = (pages[0].raw() + std::uint64_t{1}) * both + (std::uint64_t{1} << 32); // the second, the third
    for (; length + 1 < pages.size(); length += 2, next += 2 * both) {
        if ((pages[length].raw() | std::uint64_t{pages[length + 1].raw()} << 32) != next) break;
    }
    while (length < pages.size() && pages[length] == pages[0] + PageCount{length}) ++length;
    return length;
}

/// Single pages as runs of pages in a row, in their order; at most `most` pages.
template <std::size_t most>
class PageRuns {
public:
    explicit PageRuns(std::span<const Pfn> pages) {
        kernel::ensure(pages.size() <= most, "more pages than there is room for as runs");
        while (!pages.empty()) {
            const std::size_t length = row_length(pages);
            runs_[count_++] = {pages[0], static_cast<std::uint32_t>(length)};
            pages = pages.subspan(length);
        }
    }

    std::span<const PageRun> all() const { return {runs_.data(), count_}; }

private:
    union { // left uninitialised: most pages come in few runs
        std::array<PageRun, most> runs_;
    };
    std::size_t count_ = 0;
};

constexpr std::uint64_t pages_in(std::span<const PageRun> runs) {
    std::uint64_t pages = 0;
    for (const PageRun& run : runs) pages += run.count;
    return pages;
}

/// Calls fn(page) for each page, in order.
template <class Function>
constexpr void for_each_page(std::span<const PageRun> runs, Function&& fn) {
    for (const PageRun& run : runs) {
        for (Pfn page = run.first; page != run.end(); page = page + PageCount{1}) fn(page);
    }
}

static_assert([] {
    constexpr auto length_of = [](std::initializer_list<std::uint32_t> numbers) {
        std::array<Pfn, 8> pages;
        std::size_t count = 0;
        for (const std::uint32_t number : numbers) pages[count++] = Pfn{number};
        return row_length(std::span(pages).first(count));
    };
    return length_of({7}) == 1 && length_of({7, 8}) == 2 && length_of({7, 9}) == 1 && length_of({7, 8, 10}) == 2 &&
           length_of({7, 8, 9, 10, 11, 3}) == 5 && length_of({7, 8, 9, 10, 12, 13}) == 4;
}());

} // namespace mm
