// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "mm/buddy/frame_allocator.hpp"
#include "mm/tables/direct_map.hpp"

namespace mm {

/// Moves free blocks between the frame allocator and the detached state. What granularity policies
/// are made of.
class Detacher {
public:
    Detacher(FrameAllocator& frames, DirectMap& direct_map) : frames_(frames), direct_map_(direct_map) {}

    /// A free block, taken out of the direct map and flushed from every TLB, in state `state`, which is a detached one.
    /// Errors: OutOfMemory, for the block or for the page tables of a split.
    kernel::Result<Pfn> detach(Order order, FrameState state = FrameState::InTransit);

    /// Puts a block back into the direct map and frees it. That its frames hold zeros is still known, but for placement
    /// `clone`: there their last owner may have kept pointers that are good from here on.
    void attach(Pfn first, Order order);

    FrameTable frames() const { return frames_.frames(); }
    /// Where the frames come from and go to.
    FrameAllocator& allocator() const { return frames_; }

private:
    FrameAllocator& frames_;
    DirectMap& direct_map_;
};

} // namespace mm
