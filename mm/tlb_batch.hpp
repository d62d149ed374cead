// SPDX-License-Identifier: MIT
#pragma once

#include <array>

#include "mm/frame_table.hpp"
#include "mm/table_source.hpp"
#include "mm/tlb.hpp"

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
    static constexpr std::size_t capacity = 32;

    /// `cpus` is read when flushing, not before: a CPU may come in while entries are being cleared.
    TlbBatch(Tlb& tlb, FrameTable frames, TableSource& tables, TlbScope scope,
             const SharedCpuMask& cpus)
        : tlb_(tlb), frames_(frames), tables_(tables), scope_(scope), cpus_(cpus) {}
    ~TlbBatch() { flush(); }
    TlbBatch(const TlbBatch&) = delete;
    TlbBatch& operator=(const TlbBatch&) = delete;

    /// The page at `address`, of whatever size it was.
    void add_page(VirtAddr address) {
        if (count_ < capacity) {
            pages_[count_++] = address;
        } else {
            everything_ = true;
        }
    }

    /// Every translation in the scope.
    void add_everything() { everything_ = true; }

    /// A table that was unlinked.
    void retire(Pfn table) {
        frames_[table].next = retired_;
        retired_ = table.raw();
    }

    /// Thread context, no page-table lock held.
    void flush() {
        if (count_ != 0 || everything_ || retired_ != no_frame) flush_collected();
    }

private:
    void flush_collected();

    Tlb& tlb_;
    FrameTable frames_;
    TableSource& tables_;
    TlbScope scope_;
    const SharedCpuMask& cpus_;
    bool everything_ = false;
    std::size_t count_ = 0;
    std::uint32_t retired_ = no_frame;
    union { // left uninitialised: most batches hold one page
        std::array<VirtAddr, capacity> pages_;
    };
};

} // namespace mm
