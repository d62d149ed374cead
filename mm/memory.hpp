// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

#include "kernel/base/result.hpp"
#include "mm/buddy/frame_allocator.hpp"
#include "mm/buddy/frame_pool_statistics.hpp"
#include "mm/domain/domain_table.hpp"
#include "mm/frame_table.hpp"
#include "mm/granularity/exclusive_frames.hpp"
#include "mm/kernel_heap.hpp"
#include "mm/owned_pages.hpp"
#include "mm/placement/placements.hpp"
#include "mm/policies.hpp"
#include "mm/slab/registry.hpp"
#include "mm/tables/direct_map.hpp"
#include "mm/tables/workshop.hpp"
#include "mm/tlb/quarantine.hpp"
#include "mm/tlb/tlb.hpp"

namespace mm {

/// A system's memory: the allocators, wired together over what boot made before them. Shared memory
/// comes from here, exclusive memory from a Domain; neither ever stands in for the other.
///
/// All functions: thread context, never from an interrupt handler.
class Memory {
public:
    /// What has to exist first. `frames` already holds the free RAM.
    struct Parts {
        FrameAllocator& frames;
        DirectMap& direct_map;
        Workshop& workshop;
        Tlb& tlb;
        TableSource& tables;
        const Placements& placements;
    };

    /// Makes the size-class caches; panics if there is not even memory for those.
    Memory(const Parts& parts, const Policies& policies);
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

    // --- shared memory
    // -------------------------------------------------------------------------------

    /// A block of frames in the direct map. Error: OutOfMemory.
    kernel::Result<OwnedPages> alloc_pages(Order order, Zero zero) {
        return OwnedPages(*this, TRY(alloc_block(order, zero)), order);
    }
    /// The same without a handle; free_block() takes it back.
    kernel::Result<Pfn> alloc_block(Order order, Zero zero, FrameState use = FrameState::Shared) {
        if (order == order_4k && zero == Zero::No) [[likely]] {
            if (const auto page = parts_.frames.take_page<0>(use)) [[likely]]
                return *page;
        }
        return alloc_slow(order, zero, use);
    }
    void free_block(Pfn first, Order order) { parts_.frames.give(first, order); }

    /// Shared memory of at least `bytes`, aligned to 16 (to the size, if that is a power of two up
    /// to a page). Errors: InvalidArgument for 0 bytes; OutOfMemory.
    kernel::Result<void*> kmalloc(std::size_t bytes) { return heap_.alloc(bytes); }
    /// The same, aligned to `align`, a power of two up to a page.
    kernel::Result<void*> kmalloc_aligned(std::size_t bytes, std::size_t align) {
        return heap_.alloc(KernelHeap::bytes_for_alignment(bytes, align));
    }
    /// Frees what kmalloc gave; null is ignored. A bad pointer is a bug (ensure).
    void kfree(void* address) { heap_.free(address); }
    std::size_t usable_size(const void* address) const { return heap_.usable_size(address); }

    // --- blocks on their way between domains -----------------------------------------------------------

    /// Ends the journey of a block that a domain disowned and nobody adopted: zeroes and frees it.
    /// Error: Refused if no block that is in transit with `tag` starts there.
    kernel::Result<> reclaim_in_transit(Pfn first, TransitTag tag);

    // --- pressure and figures
    // --------------------------------------------------------------------------

    /// Gives this CPU's idle pages of domains, caches' idle slabs and free detached blocks back to the buddy
    /// allocator. Called when a block is not to be had, before that becomes an error. Returns how many frames
    /// came back.
    PageCount reclaim();
    /// The same on every CPU, for `memory`, a Memory: a BuddyTableSource::Relief. False, and nothing is done, where
    /// on_every_cpu() says so.
    static bool reclaim_on_every_cpu(void* memory) {
        return static_cast<Memory*>(memory)->on_every_cpu([](void* self) { static_cast<Memory*>(self)->reclaim(); },
                                                          memory);
    }

    /// Has every CPU call work(argument), in thread context, and returns true when all are through; false, and
    /// nothing is done, where the caller may not wait for them. `argument` is shared memory.
    using EveryCpu = bool (*)(void (*work)(void* argument), void* argument);
    /// How. Until this is called there is no CPU but the caller's. Boot only.
    void set_every_cpu(EveryCpu run) { every_cpu_ = run; }
    /// For what only a CPU itself can give back. As above; false before set_every_cpu().
    bool on_every_cpu(void (*work)(void* argument), void* argument) {
        return every_cpu_ != nullptr && every_cpu_(work, argument);
    }

    FramePoolStatistics statistics() const;
    /// Free frames of every kind. Idle stock of slab caches is not free.
    PageCount free_frames() const;

    // --- parts
    // -----------------------------------------------------------------------------------------

    const Policies& policies() const { return policies_; }
    FrameTable frames() const { return parts_.frames.frames(); }
    FrameAllocator& frame_allocator() { return parts_.frames; }
    ExclusiveFrames& exclusive_frames() { return exclusive_; }
    Quarantine& quarantine() { return quarantine_; }
    DirectMap& direct_map() { return parts_.direct_map; }
    Workshop& workshop() { return parts_.workshop; }
    Tlb& tlb() { return parts_.tlb; }
    TableSource& tables() { return parts_.tables; }
    const Placements& placements() const { return parts_.placements; }
    DomainTable& domains() { return domains_; }
    SlabRegistry& slabs() { return slabs_; }
    const SlabRegistry& slabs() const { return slabs_; }
    KernelHeap& heap() { return heap_; }
    const KernelHeap& heap() const { return heap_; }

    // --- for Domain
    // ------------------------------------------------------------------------------------

    /// ExclusiveFrames::take, with a second try after reclaim(). Error: OutOfMemory.
    kernel::Result<Pfn> take_exclusive(Order order);
    /// ExclusiveFrames::take_runs, likewise.
    kernel::Result<std::size_t> take_exclusive_runs(std::span<PageRun> room, std::size_t most);
    /// Returns when no CPU can reach a frame in transit through its sender's window any more.
    void settle_transit(const Frame& frame);
private:
    kernel::Result<Pfn> alloc_slow(Order order, Zero zero, FrameState use);
    void reclaim_everywhere();
    void prefer_quarantined(PageCount pages);

    Parts parts_;
    Policies policies_;
    ExclusiveFrames exclusive_;
    FrameEraser eraser_;
    Quarantine quarantine_;
    DomainTable domains_;
    SlabRegistry slabs_;
    KernelHeap heap_;
    EveryCpu every_cpu_ = nullptr;
};

} // namespace mm

namespace kernel {

/// The memory of the booted kernel; kernel/main makes it. Precondition: it exists.
mm::Memory& memory();

} // namespace kernel
