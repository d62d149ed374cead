// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "kernel/base/assert.hpp"
#include "kernel/base/per_cpu.hpp"
#include "kernel/base/result.hpp"
#include "kernel/sync/spin_locked.hpp"
#include "mm/buddy/buddy.hpp"
#include "mm/buddy/frame_pool_statistics.hpp"
#include "mm/buddy/page_cache.hpp"
#include "mm/frame_checks.hpp"

#include <arch/cpu.hpp>

namespace mm {

/// Hands out frames that are in the direct map: a buddy allocator under its lock, and in front of it
/// each CPU's own list of single frames. It keeps state and owner in the frame table right, and does
/// not touch the frames' content: frame_flag::zeroed tells what is known of it.
///
/// Thread context only; the lock is a leaf but for the TLB's.
class FrameAllocator {
public:
    explicit FrameAllocator(FrameTable frames);

    /// Takes in free RAM: the whole pages of `range`. Boot only.
    void add(PhysRange range);

    /// A block aligned to its size. Error: OutOfMemory. It does not try to free memory first.
    kernel::Result<Pfn> take(Order order, FrameState state, DomainId owner = shared_domain) {
        if (order == order_4k) [[likely]] {
            if (const auto page = take_page(state, owner)) [[likely]]
                return *page;
        }
        return take_slow(order, state, owner);
    }

    /// A single frame from this CPU's list, or nothing if that is empty: then take() finds more.
    /// `kept` is frame_flag::zeroed, or 0 if the caller does not ask what the frame holds.
    template <std::uint8_t kept = frame_flag::zeroed>
    std::optional<Pfn> take_page(FrameState state, DomainId owner = shared_domain) {
        arch::PreemptGuard guard;
        PageCache& cache = caches_.local();
        if (cache.empty()) [[unlikely]]
            return {};
        const Pfn pfn = cache.pop();
        ensure_listed(frames_, pfn, FrameState::Free, shared_domain, "a CPU's list of free frames");
        Frame& frame = frames_.unchecked(pfn);
        frame.assign(state, owner);
        frame.order = 0;
        frame.flags = (frame.flags & kept) | frame_flag::block_head;
        return pfn;
    }

    /// Takes a block back. Its frames are as free as this allocator's are: mapped nowhere else, and
    /// without any domain's data.
    void give(Pfn first, Order order) {
        if (order == order_4k) [[likely]] {
            arch::PreemptGuard guard;
            PageCache& cache = caches_.local();
            if (!cache.full()) [[likely]] {
                Frame& frame = frames_.unchecked(first);
                kernel::ensure(frame.state != FrameState::Free, "frame freed twice");
                frame.flags = (frame.flags & frame_flag::zeroed) | frame_flag::per_cpu_list;
                frame.assign(FrameState::Free, shared_domain);
                cache.push(first);
                return;
            }
        }
        give_slow(first, order);
    }

    /// Returns this CPU's list to the buddy allocator, where the frames can merge.
    void drain();

    FrameTable frames() const { return frames_; }
    /// Frames ever taken in.
    PageCount total() const { return total_; }
    /// Free frames, those on the CPUs' lists too. Other CPUs' figures may be a moment old.
    PageCount free() const;
    /// Frames on the CPUs' own lists.
    PageCount on_cpus() const;
    FramePoolStatistics::PerOrder blocks_by_order() const;

private:
    kernel::Result<Pfn> take_slow(Order order, FrameState state, DomainId owner);
    void give_slow(Pfn first, Order order);
    void return_some(std::uint32_t count);

    FrameTable frames_;
    PageCount total_;
    kernel::PerCpu<PageCache> caches_;
    mutable kernel::SpinLocked<Buddy, kernel::Rank::Buddy> buddy_;
};

} // namespace mm
