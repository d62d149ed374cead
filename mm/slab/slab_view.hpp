// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "mm/addr.hpp"
#include "mm/domain_id.hpp"
#include "mm/frame_table.hpp"
#include "mm/slab/cache.hpp"

namespace mm {

/// One cache's slabs as one owner sees them: where physical 0 is, and what the frame table must
/// say.
struct SlabView {
    FrameTable frames;
    std::uintptr_t base; ///< the direct map's base, or the owner's window's
    const SlabCache& cache;
    FrameState state; ///< SlabShared or SlabExclusive
    DomainId owner;

    std::byte* at(Pfn pfn) const { return reinterpret_cast<std::byte*>(base + pfn.address().raw()); }
    /// Whether a frame of the table is behind `address`.
    bool contains(const void* address) const {
        return reinterpret_cast<std::uintptr_t>(address) - base < frames.size().bytes();
    }
    /// Precondition: contains(object).
    Pfn frame_of(const void* object) const {
        return Pfn::of(PhysAddr{reinterpret_cast<std::uintptr_t>(object) - base});
    }
};

} // namespace mm
