// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "mm/boot/early_allocator.hpp"
#include "mm/tables/direct_map.hpp"
#include "mm/tables/kernel_map.hpp"
#include "mm/tlb/tlb.hpp"

namespace mm {

/// What the boot loader and the architecture know about memory.
struct MemoryPlan {
    std::span<const PhysRange> ram;    ///< usable RAM, whole pages, ascending
    std::span<const PhysRange> in_use; ///< of that, what must stay as it is: image, initial RAM disk
    std::span<const ImagePart> image;  ///< the kernel's image
    Pfn device_table;                  ///< the table under the device slot
    arch::Level largest_leaf;          ///< leaf_level()
    PhysAddr reachable;                ///< end of what the boot page tables map at the direct map
    PageCount limit;                   ///< no more RAM than this is used
    Scheme scheme;                     ///< how exclusive memory is mapped
};

/// Memory from the boot loader's list to the final page tables, made once, in this order:
///
///     1. early allocator   2. frame table   3. the kernel's top-level table   4. direct map
///
/// The frame allocator then takes over free_ranges(), and the direct map its table source. Panics
/// where memory does not even suffice for that. Boot context; load kernel_map.pgd() afterwards.
class BootMemory {
public:
    explicit BootMemory(const MemoryPlan& plan);
    BootMemory(const BootMemory&) = delete;
    BootMemory& operator=(const BootMemory&) = delete;

    EarlyAllocator early;
    FrameTable frames;
    Tlb tlb;
    KernelMap kernel_map;
    DirectMap direct_map;

    /// RAM that nothing uses: state Boot until the frame allocator takes it. Above and below the boot
    /// page tables' reach alike.
    std::span<const PhysRange> free_ranges() const { return early.free_ranges(); }

private:
    static EarlyAllocator make_early(const MemoryPlan& plan);
    static FrameTable make_frames(const MemoryPlan& plan, EarlyAllocator& early);
    void fill_direct_map(const MemoryPlan& plan);
};

} // namespace mm
