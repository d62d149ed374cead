// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "mm/addr.hpp"
#include "mm/frame_table.hpp"

namespace mm {

/// A binary buddy allocator (Knowlton, "A Fast Storage Allocator", CACM 1965) over the free frames of the direct map.
/// Its lists run through the frame table, so it never touches the memory it manages. Not locked.
///
/// The first frame of a free block bears frame_flag::in_buddy, and no other frame does.
class Buddy {
public:
    struct Block {
        Pfn first;
        Order order;
    };

    /// Merges up to `largest`, at most max_order.
    constexpr Buddy(FrameTable frames, Order largest) : frames_(frames), largest_(largest) { lists_.fill({}); }

    /// A block of that order, aligned to its size, or nothing. Its frames stay in state Free until the caller assigns
    /// another.
    std::optional<Pfn> take(Order order);

    /// Takes a block in and merges it with its free buddies. Returns the block it became part of.
    /// Preconditions: aligned to its size; order <= largest; not free already.
    Block give(Pfn first, Order order);

    PageCount free() const { return free_; }
    std::uint64_t blocks(Order order) const { return lists_[order.raw()].length; }
    Order largest() const { return largest_; }

private:
    struct List {
        std::uint32_t first = no_frame;
        std::uint64_t length = 0;
    };

    bool is_free_block(Pfn first, Order order) const;
    void ensure_linked(std::uint32_t link) const;
    void push(Pfn first, Order order);
    void remove(Pfn first, Order order);

    FrameTable frames_;
    Order largest_;
    PageCount free_;
    std::array<List, max_order.raw() + 1> lists_;
};

/// The neighbour that a block merges with: together they are a block of the next order.
constexpr Pfn buddy_of(Pfn first, Order order) { return Pfn{std::uint64_t{first.raw()} ^ order.pages().raw()}; }

static_assert(buddy_of(Pfn{8}, Order{2}) == Pfn{12} && buddy_of(Pfn{12}, Order{2}) == Pfn{8});

} // namespace mm
