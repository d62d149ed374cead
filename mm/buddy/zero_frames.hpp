// SPDX-License-Identifier: MIT
#pragma once

#include <arch/memory.hpp>

#include "kernel/base/events.hpp"
#include "mm/frame_table.hpp"
#include "mm/tables/direct_map.hpp"

namespace mm {

inline constexpr std::size_t words_per_page = page_size / sizeof(std::uint64_t);

/// Zeroes those frames of a block that may hold something else, and counts them; `pointer(pfn)`
/// says where a frame can be written. Afterwards none is flagged as zeroed any more: the owner to
/// come may write to them.
template <class Pointer>
void zero_for_owner(FrameTable frames, Pfn first, Order order, Pointer&& pointer) {
    for (std::uint64_t page = 0; page < order.pages().raw(); ++page) {
        const Pfn pfn = first + PageCount{page};
        Frame& frame = frames.unchecked(pfn);
        if (!frame.is_zeroed()) {
            arch::zero_words(pointer(pfn), words_per_page);
            kernel::count(kernel::Event::FramesZeroed);
        }
        frame.forget_zero();
    }
}

/// Marks frames as no longer known to be zero, because their owner may write to them.
inline void forget_zero(FrameTable frames, Pfn first, Order order) {
    for (std::uint64_t page = 0; page < order.pages().raw(); ++page)
        frames.unchecked(first + PageCount{page}).forget_zero();
}

/// zero_for_owner for a block that is in the direct map.
inline void zero_attached(FrameTable frames, Pfn first, Order order) {
    zero_for_owner(frames, first, order, [](Pfn pfn) { return DirectMap::ptr_present<std::uint64_t>(pfn.address()); });
}

} // namespace mm
