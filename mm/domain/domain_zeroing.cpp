// SPDX-License-Identifier: MIT
// How a domain sees to it that what it hands out as zeros holds zeros. What it gives away is cleared when no CPU can
// reach it any more: mm/tlb/frame_eraser.hpp.
#include <algorithm>
#include <arch/memory.hpp>

#include "kernel/base/events.hpp"
#include "mm/buddy/zero_frames.hpp"
#include "mm/domain/domain.hpp"
#include "mm/memory.hpp"

namespace mm {

/// Zeroes pages that the domain has mapped, and keeps: what they hold afterwards its window's entries tell.
void Domain::zero_pages(PageRun run) {
    if (is_loaded()) [[likely]] {
        for (Pfn page = run.first; page != run.end(); page = page + PageCount{1})
            arch::zero_words(frame_ptr(page), words_per_page);
        kernel::count(kernel::Event::FramesZeroed, run.count);
        return;
    }
    std::array<Pfn, Workshop::capacity> pages;
    while (run.count != 0) {
        const auto count = std::min(run.count, static_cast<std::uint32_t>(pages.size()));
        for (std::uint32_t i = 0; i < count; ++i) pages[i] = run.first + PageCount{i};
        memory_.workshop().zero(std::span(pages).first(count));
        run = {run.first + PageCount{count}, run.count - count};
    }
}

[[clang::preserve_most]] void Domain::make_zero(Pfn page) { zero_pages({page, 1}); }

/// Zeroes those pages of a block that were not zero when it was mapped, which was just now.
void Domain::zero_fresh(PageRun block) {
    for (const Frame& frame : frames_.row(block.first, block.count))
        if (!frame.is_zeroed()) make_zero(frames_.number(frame));
}

/// Unmaps what leaves the domain. Afterwards `zeroed` is said of those frames only that nobody has written to, and
/// nobody can: an entry that was clean to the last leaves no CPU a way to write without a walk, which finds it gone.
void Domain::unmap_freed(std::span<const PageRun> runs, TlbBatch& flushes) {
    for (const PageRun& run : runs) ensure_owned(run);
    const bool believed = kernel::mutant(kernel::Mutant::ClearBeforeFlush);
    if (believed)
        for (const PageRun& run : runs) zero_pages(run);
    window_.unmap(runs, flushes);
    if (believed)
        for_each_page(runs, [this](Pfn page) { frames_.unchecked(page).flags |= frame_flag::zeroed; });
}

} // namespace mm
