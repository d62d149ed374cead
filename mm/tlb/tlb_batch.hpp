// SPDX-License-Identifier: MIT
#pragma once

#include <arch/clock.hpp>
#include <array>
#include <utility>

#include "mm/frame_table.hpp"
#include "mm/tables/table_source.hpp"
#include "mm/tlb/tlb.hpp"

namespace mm {

/// Collects what page-table changes leave behind, so that one flush pays for many of them: addresses
/// whose translation went away, and page tables that no entry leads to any more but that a CPU may
/// still have cached. The tables go back to their source after the flush, never before.
///
/// Collect inside the page-table lock; flush() outside it, and before a frame whose mapping went away
/// is given to anyone. The destructor flushes what is left.
class [[nodiscard]] TlbBatch {
public:
    /// Above this many pages, flushing everything is cheaper than page by page.
    static constexpr std::size_t capacity = 16;

    /// `scope` is Kernel or EverySpace.
    TlbBatch(Tlb& tlb, FrameTable frames, TableSource& tables, TlbScope scope)
        : tlb_(tlb), frames_(frames), tables_(tables), scope_(scope) {}
    /// For entries of a window. Its tables stay until it ends, so it retires none.
    TlbBatch(Tlb& tlb, FrameTable frames, TableSource& tables, WindowHolders& window)
        : tlb_(tlb), frames_(frames), tables_(tables), scope_(TlbScope::Window), window_(&window) {}
    ~TlbBatch() { flush(); }
    TlbBatch(const TlbBatch&) = delete;
    TlbBatch& operator=(const TlbBatch&) = delete;

    /// Entries are about to be cleared: a stale window begins.
    void begin() {
        if (since_ == 0) since_ = arch::cycles();
    }

    /// The page at `address`, of whatever size it was.
    void add_page(VirtAddr address) {
        begin();
        if (count_ < capacity) {
            pages_[count_++] = address;
        } else {
            everything_ = true;
        }
    }

    /// The same for `count` 4 KiB pages in a row. Precondition: begin().
    void add_pages(VirtAddr first, std::size_t count) {
        if (count <= capacity - count_) {
            for (const std::size_t end = count_ + count; count_ != end; first += page_size) pages_[count_++] = first;
        } else {
            everything_ = true;
        }
    }

    /// Every translation in the scope.
    void add_everything() {
        begin();
        everything_ = true;
    }

    /// A table that was unlinked.
    void retire(Pfn table);

    /// Thread context, no page-table lock held.
    void flush() {
        if (count_ != 0 || everything_ || retired_ != no_frame) flush_collected();
    }

    /// Whether the flush can be left to others: there is one to do, and it is of a window's entries.
    bool can_wait() const { return window_ != nullptr && (count_ != 0 || everything_); }
    /// Whether no CPU but this one is concerned, so that the flush interrupts nobody. Of a window's entries; true
    /// for the moment.
    bool is_local() const { return window_->cpus().without(arch::cpu_id()).empty(); }
    /// Leaves it to them: no CPU can use what was collected when the ticket has passed. Precondition:
    /// can_wait(). The batch is empty afterwards.
    FlushTicket defer() {
        count_ = 0;
        everything_ = false;
        return {window_, window_->advance_unflushed(std::exchange(since_, 0))};
    }

private:
    void flush_collected();

    Tlb& tlb_;
    FrameTable frames_;
    TableSource& tables_;
    TlbScope scope_;
    bool everything_ = false;
    WindowHolders* window_ = nullptr;
    std::size_t count_ = 0;
    std::uint64_t since_ = 0; ///< arch::cycles() when the first entry was cleared; 0: none was
    std::uint32_t retired_ = no_frame;
    union { // left uninitialised: most batches hold one page
        std::array<VirtAddr, capacity> pages_;
    };
};

} // namespace mm
