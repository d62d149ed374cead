// SPDX-License-Identifier: MIT
// How a domain sees to it that what it gives away, or hands out as zeros, holds zeros.
#include <algorithm>
#include <arch/memory.hpp>

#include "kernel/base/events.hpp"
#include "mm/buddy/zero_frames.hpp"
#include "mm/domain/domain.hpp"
#include "mm/memory.hpp"

namespace mm {

// A frame of a domain holds nothing but zeros if it did when it was mapped, which its flag tells, and no CPU
// has written to it since, which its page-table entry tells.

/// Zeroes a frame and flags it: right for one that leaves the domain next, and for one that stays, whose entry
/// says from now on if it is written to.
void Domain::zero_page(Pfn pfn, bool loaded) {
    Frame& frame = frames_.unchecked(pfn);
    if (!loaded) {
        forget_zero_of(frame);
        return memory_.wipe_unmapped(pfn, order_4k);
    }
    arch::zero_words(frame_ptr(pfn), words_per_page);
    frame.flags |= frame_flag::zeroed;
    kernel::count(kernel::Event::FramesZeroed);
}

/// Zeroes those of at most 64 mapped pages that may hold something.
void Domain::zero_runs(std::span<const PageRun> runs) {
    const bool loaded = is_loaded();
    std::uint64_t written = window_.written(runs);
    for (const PageRun& run : runs) {
        if (written == 0) [[likely]] {
            std::uint8_t all = frame_flag::zeroed;
            frames_.for_row(run.first, run.count, [&all](const Frame& frame) { all &= frame.flags; });
            if (all != 0) continue;
        }
        for (const Frame& frame : frames_.row(run.first, run.count)) {
            if ((written & 1) != 0 || (frame.flags & frame_flag::zeroed) == 0) zero_page(frames_.number(frame), loaded);
            written >>= 1;
        }
    }
}

[[clang::preserve_most]] void Domain::make_zero(Pfn page) {
    const PageRun run{page, 1};
    zero_runs({&run, 1});
}

void Domain::zero_block(Pfn first, Order order) {
    const PageRun block = PageRun::of(first, order);
    for (PageRun part{first, std::min(block.count, 64u)}; part.first != block.end(); part.first = part.end()) {
        zero_runs({&part, 1});
    }
}

} // namespace mm
