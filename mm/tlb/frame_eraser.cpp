// SPDX-License-Identifier: MIT
#include "mm/tlb/frame_eraser.hpp"

#include <array>

#include <arch/memory.hpp>

#include "kernel/base/events.hpp"
#include "kernel/base/mutant.hpp"
#include "mm/buddy/zero_frames.hpp"

namespace mm {

void FrameEraser::erase(std::span<const PageRun> runs) {
    if (kernel::mutant(kernel::Mutant::SkipZeroOnFree)) return;
    std::array<Pfn, Workshop::capacity> found;
    std::size_t count = 0;
    for (const PageRun& run : runs) {
        std::uint8_t all = frame_flag::zeroed;
        frames_.for_row(run.first, run.count, [&all](const Frame& frame) { all &= frame.flags; });
        if (all != 0) [[likely]]
            continue;
        for (Frame& frame : frames_.row(run.first, run.count)) {
            if (frame.is_zeroed()) continue;
            found[count++] = frames_.number(frame);
            frame.flags |= frame_flag::zeroed; // nobody looks before this returns
            if (count != found.size()) continue;
            clear(found);
            count = 0;
        }
    }
    if (count != 0) clear(std::span(found).first(count));
}

void FrameEraser::clear(std::span<const Pfn> frames) {
    if (!attached_) return workshop_.zero(frames);
    for (const Pfn pfn : frames) arch::zero_words(DirectMap::ptr_present<void>(pfn.address()), words_per_page);
    kernel::count(kernel::Event::FramesZeroed, frames.size());
}

} // namespace mm
