// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "mm/addr.hpp"

namespace mm {

/// One CPU's stock of single pages that a domain owns, has mapped, and does not use: most page
/// allocations of the domain are a pop, and touch neither page tables nor TLBs nor books. What the
/// pages hold is the domain's own. Frame numbers only, so it is shared memory. Used by its CPU, with
/// preemption off; by whoever ends the domain, when nobody else knows it any more.
class PagePool {
public:
    static constexpr std::uint32_t capacity = 30;

    bool empty() const { return count_ == 0; }
    bool full() const { return count_ == capacity; }
    std::uint32_t size() const { return count_; }
    /// Precondition: not full.
    void push(Pfn page) { pages_.data()[count_++] = page; }
    /// Precondition: not empty.
    Pfn pop() { return pages_.data()[--count_]; }

    /// Takes the pages out that were put in first; says how many. They are the coldest.
    std::size_t take_oldest(std::span<Pfn> room) {
        const std::size_t taken = std::min<std::size_t>(room.size(), count_);
        std::copy_n(pages_.begin(), taken, room.begin());
        std::copy(pages_.begin() + taken, pages_.begin() + count_, pages_.begin());
        count_ -= static_cast<std::uint32_t>(taken);
        return taken;
    }

    /// How many pages to fetch now that it is empty: twice as many each time, so that a domain that
    /// wants a few pages does not hold many.
    std::size_t next_fetch(std::size_t most) {
        const std::size_t now = fetch_;
        fetch_ = static_cast<std::uint8_t>(std::min<std::size_t>(2 * now, most));
        return std::min(now, most);
    }
    void start_small() { fetch_ = 1; }

private:
    std::uint8_t fetch_ = 1;
    std::uint32_t count_ = 0;
    std::array<Pfn, capacity> pages_{};
};

static_assert(sizeof(PagePool) == 128, "two cache lines");

} // namespace mm
