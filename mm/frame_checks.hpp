// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/assert.hpp"
#include "mm/frame_table.hpp"

namespace mm {

/// The lists of frames and the frame table itself are shared memory, which whoever can write anywhere can overwrite. So a
/// frame that is taken off a list is looked at: what it is by the frame table has to be what the list is of. A
/// contradiction is named here, where it is noticed, and ends the system, before a frame gets a second owner.
///
/// Checked when LACUNA_ASSERTIONS is on. Any context.

/// Panics with what the frame table says of `pfn`, and what it should say. `list` names the list that it was on.
[[noreturn]] void report_wrong_frame(FrameTable frames, Pfn pfn, FrameState expected, DomainId owner, const char* list);

/// States that a frame on `list` is in the state that such frames are in, and its owner's.
[[gnu::always_inline]] inline void ensure_listed(FrameTable frames, Pfn pfn, FrameState expected, DomainId owner,
                                                 const char* list) {
    if constexpr (kernel::checks_assertions) {
        const bool right = frames.contains(pfn) && frames.unchecked(pfn).state == expected &&
                           frames.unchecked(pfn).owner == owner;
        if (!right) [[unlikely]]
            report_wrong_frame(frames, pfn, expected, owner, list);
    }
}

/// The same of `count` frames in a row.
inline void ensure_row_listed(FrameTable frames, Pfn first, std::uint64_t count, FrameState expected, DomainId owner,
                              const char* list) {
    if constexpr (kernel::checks_assertions) {
        for (std::uint64_t page = 0; page < count; ++page)
            ensure_listed(frames, first + PageCount{page}, expected, owner, list);
    }
}

} // namespace mm
