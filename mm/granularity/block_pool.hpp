// SPDX-License-Identifier: MIT
#pragma once

#include <arch/layout.hpp>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "mm/buddy/frame_allocator.hpp"
#include "mm/frame_table.hpp"
#include "mm/page_run.hpp"

namespace mm {

/// Blocks of 2 MiB that left the direct map whole, handed out page by page or in aligned runs of
/// pages. A block is a bitmap of its free pages: handing out many single pages and taking them back
/// costs a few instructions each, and nothing has to be merged to see that a block is whole again.
///
///     a block's free pages    list
///     none                    -
///     some                    partial_    the first serves until nothing is left in it
///     all 512                 whole_      the last resort, and what can return to the direct map
///
/// Free pages are in state FreeDetached, and those just taken until their owner gives them another. Not locked.
class BlockPool {
public:
    /// `memory` gives what the bitmaps need: 128 bytes for each 2 MiB of RAM, 512 MiB at a time.
    BlockPool(FrameTable frames, FrameAllocator& memory) : frames_(frames), memory_(memory) {}
    BlockPool(const BlockPool&) = delete;
    BlockPool& operator=(const BlockPool&) = delete;

    /// Makes sure that add(block) can be called. Not under a lock of rank Detached or above.
    /// Error: OutOfMemory.
    kernel::Result<> prepare(Pfn block);

    /// Takes in a block of order_2m that no CPU can reach, in state FreeDetached. Precondition: prepare(block).
    void add(Pfn block);
    /// Lets go of a block of which every page is free, if there is one.
    std::optional<Pfn> remove_whole();

    /// An aligned run of pages, from a block in use if possible. Precondition: order <= order_2m.
    std::optional<Pfn> take(Order order);
    /// Single pages, as runs: at most `most` pages, from blocks in use if possible. Says how many runs; 0 if the pool
    /// is empty.
    std::size_t take_runs(std::span<PageRun> room, std::size_t most);

    /// Whether the page came out of a block of this pool's.
    bool lent(Pfn page) const {
        const Block* const chunk = chunks_[number_of(page) / blocks_per_chunk];
        return chunk != nullptr && chunk[number_of(page) % blocks_per_chunk].held;
    }
    /// Takes back pages that take() or take_runs() gave, however they are cut. Precondition: lent(), all of them.
    void give(PageRun run);

    PageCount free() const { return free_; }
    std::uint64_t whole_blocks() const { return whole_.length; }

    /// Calls fn(free pages) for each block that has some.
    template <class Function>
    void for_each_block(Function&& fn) const {
        for (const List* list : {&partial_, &whole_}) {
            for (std::uint32_t number = list->first; number != no_block; number = block(number).next) {
                fn(PageCount{block(number).free_pages});
            }
        }
    }

private:
    static constexpr std::uint32_t no_block = ~std::uint32_t{0};
    static constexpr std::uint32_t pages_per_block = 512;
    static constexpr std::size_t words = pages_per_block / 64;
    static constexpr Order chunk_order{3};
    static constexpr std::uint32_t blocks_per_chunk = 256;

    struct alignas(128) Block {
        std::array<std::uint64_t, words> free{}; ///< one bit for each free page
        std::uint32_t free_pages = 0;
        std::uint32_t next = no_block;
        std::uint32_t previous = no_block;
        bool held = false; ///< it is the pool's, whoever has its pages
    };
    static_assert(sizeof(Block) * blocks_per_chunk == chunk_order.bytes());

    struct List {
        std::uint32_t first = no_block;
        std::uint64_t length = 0;
    };

    static constexpr std::uint32_t number_of(Pfn pfn) { return pfn.raw() >> order_2m.raw(); }
    Block& block(std::uint32_t number) const { return chunks_[number / blocks_per_chunk][number % blocks_per_chunk]; }
    List* list_of(const Block& of) {
        if (of.free_pages == 0) return nullptr;
        return of.free_pages == pages_per_block ? &whole_ : &partial_;
    }
    void link(List& list, std::uint32_t number);
    void unlink(List& list, std::uint32_t number);
    /// Notes that a block has `pages` free pages now; moves it to the list that it belongs to.
    void recount(std::uint32_t number, std::uint32_t pages);
    PageRun take_first_run(std::uint32_t number, std::size_t most);
    static std::optional<std::uint32_t> find_run(const Block& in, Order order);
    /// Calls fn(word, bits) for each word of a block's bitmap that has to do with `count` pages from `page` on.
    template <class Function>
    static void for_each_word(std::uint32_t page, std::uint32_t count, Function&& fn);

    FrameTable frames_;
    FrameAllocator& memory_;
    PageCount free_;
    List partial_;
    List whole_;
    std::array<Block*, arch::max_physical / order_2m.bytes() / blocks_per_chunk> chunks_{};
};

} // namespace mm
