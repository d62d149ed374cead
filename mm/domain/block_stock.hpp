// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "mm/addr.hpp"

namespace mm {

/// Blocks of several pages that a domain owns, has mapped, and does not use: for the next allocation of the
/// same order, which then touches neither page tables nor TLBs, and clears nothing. What PagePool is for single
/// pages, but few, and one for all CPUs: large blocks come and go seldom. Frame numbers only. Not locked.
class BlockStock {
public:
    static constexpr std::size_t capacity = 16;
    static constexpr PageCount most_pages{256};
    /// Larger ones are too much to keep idle.
    static constexpr Order largest{5};

    /// False: take_oldest() makes room. Precondition: order <= largest.
    bool put(Pfn first, Order order) {
        if (count_ == capacity || pages_ + order.pages() > most_pages) return false;
        blocks_[count_++] = {first, order};
        pages_ = pages_ + order.pages();
        return true;
    }

    /// The block of that order that was put in last.
    std::optional<Pfn> take(Order order) {
        for (std::size_t i = count_; i-- > 0;) {
            if (blocks_[i].order == order) return remove(i).first;
        }
        return {};
    }

    struct Block {
        Pfn first;
        Order order;
    };
    /// The block that was put in first.
    std::optional<Block> take_oldest() {
        if (count_ == 0) return {};
        return remove(0);
    }

    PageCount pages() const { return pages_; }

private:
    Block remove(std::size_t index) {
        const Block block = blocks_[index];
        --count_;
        for (std::size_t i = index; i < count_; ++i) blocks_[i] = blocks_[i + 1];
        pages_ = pages_ - block.order.pages();
        return block;
    }

    std::array<Block, capacity> blocks_{};
    std::size_t count_ = 0;
    PageCount pages_;
};

} // namespace mm
