// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "mm/page_run.hpp"

namespace mm {

/// One CPU's stock of single pages that a domain owns, has mapped, and does not use: most page
/// allocations of the domain are a pop, and touch neither page tables nor TLBs nor books. What the
/// pages hold is the domain's own. Frame numbers only, so it is shared memory. Used by its CPU, with
/// preemption off; by whoever ends the domain, when nobody else knows it any more.
class PagePool {
public:
    static constexpr std::uint32_t capacity = 125;

    /// Of at most `most` pages; of none, it is empty and full at once, and sends every caller to the slow path.
    explicit PagePool(std::uint32_t most) : most_(std::min(most, capacity)) {}

    bool empty() const { return count_ == 0; }
    bool full() const { return count_ == most_; }
    std::uint32_t size() const { return count_; }
    std::uint32_t room() const { return most_ - count_; }
    /// Precondition: not full.
    void push(Pfn page) { pages_.data()[count_++] = page; }
    /// Precondition: not empty.
    Pfn pop() { return pages_.data()[--count_]; }
    /// Pushes pages so that the first is popped first. Precondition: room().
    void push_run(PageRun run) {
        std::uint32_t page = run.end().raw();
#pragma clang loop unroll_count(4)
        for (Pfn& slot : std::span(pages_).subspan(count_, run.count)) slot = Pfn{--page};
        count_ += run.count;
    }

    /// The pages that were put in first, at most `most`: they are the coldest.
    std::span<const Pfn> oldest(std::size_t most) const {
        return std::span(pages_).first(std::min<std::size_t>(most, count_));
    }
    /// Takes those out.
    void drop_oldest(std::size_t most) {
        const std::size_t gone = std::min<std::size_t>(most, count_);
        std::copy(pages_.begin() + gone, pages_.begin() + count_, pages_.begin());
        count_ -= static_cast<std::uint32_t>(gone);
    }

    /// How many pages to fetch now that it is empty: twice as many each time, so that a domain that
    /// wants a few pages does not hold many.
    std::size_t next_fetch(std::size_t most) {
        const std::size_t now = fetch_;
        fetch_ = static_cast<std::uint32_t>(std::min<std::size_t>(2 * now, most));
        return std::min(now, most);
    }
    void start_small() { fetch_ = 1; }

private:
    std::uint32_t count_ = 0;
    std::uint32_t most_;
    std::uint32_t fetch_ = 1;
    std::array<Pfn, capacity> pages_{};
};

static_assert(sizeof(PagePool) == 512);

} // namespace mm
