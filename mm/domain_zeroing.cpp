// SPDX-License-Identifier: MIT
// How a domain sees to it that what it gives away, or hands out as zeros, holds zeros.
#include <arch/memory.hpp>
#include <array>

#include "kernel/base/events.hpp"
#include "mm/domain.hpp"
#include "mm/memory.hpp"
#include "mm/zero_frames.hpp"

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
void Domain::zero_pages(std::span<const Pfn> pages) {
    const bool loaded = is_loaded();
    std::uint64_t written = window_.written(pages);
    for (const Pfn page : pages) {
        if ((written & 1) != 0 || (frames_.unchecked(page).flags & frame_flag::zeroed) == 0) zero_page(page, loaded);
        written >>= 1;
    }
}

[[clang::preserve_most]] void Domain::make_zero(Pfn page) { zero_pages({&page, 1}); }

void Domain::zero_block(Pfn first, Order order) {
    std::array<Pfn, 64> pages;
    for (std::uint64_t page = 0; page < order.pages().raw();) {
        std::size_t count = 0;
        for (; count < pages.size() && page < order.pages().raw(); ++page) pages[count++] = first + PageCount{page};
        zero_pages(std::span<const Pfn>(pages).first(count));
    }
}

} // namespace mm
