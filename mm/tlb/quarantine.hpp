// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <span>

#include "kernel/sync/spin_locked.hpp"
#include "mm/frame_table.hpp"
#include "mm/granularity/exclusive_frames.hpp"
#include "mm/policies.hpp"
#include "mm/tlb/frame_eraser.hpp"
#include "mm/tlb/tlb_batch.hpp"

namespace mm {

/// Where frames wait that a domain gave back, until no CPU can reach them through what it still has cached
/// of the domain's window. Meanwhile they belong to nobody and are mapped nowhere, and may hold what their last owner
/// wrote, and still writes; when it cannot any more they are cleared and let go. What waits, and for how long, is the
/// flush policy:
///
///     sync       nothing waits: the flush is done before the frame is taken in
///     batch      until batch_limit frames wait, then one round of flushes pays for all
///     deferred   until each CPU concerned has forgotten by itself: at its next load of an address space, or
///                in its next tick (Tlb::catch_up); forced when forced_limit frames wait
///
/// With each, what has passed is taken out now and then, and memory that is wanted forces a round. In no case
/// does a frame leave before its ticket has passed.
///
/// Thread context, no lock held that is of rank Detached or above.
class Quarantine {
public:
    /// Eight CPUs are asked at most once for so many frames: fewer than one request for a hundred.
    static constexpr PageCount batch_limit{1024};
    static constexpr PageCount forced_limit{4096};

    Quarantine(FrameTable frames, Tlb& tlb, FrameEraser& eraser, ExclusiveFrames& free, Flush policy)
        : frames_(frames), tlb_(tlb), eraser_(eraser), free_(free), policy_(policy) {}
    Quarantine(const Quarantine&) = delete;
    Quarantine& operator=(const Quarantine&) = delete;

    /// Takes a block that nothing maps any more; `batch` has what was unmapped, and is empty afterwards.
    void put(TlbBatch& batch, Pfn first, Order order);
    /// The same for single pages of one domain, as ExclusiveFrames::give_runs takes them.
    void put_runs(TlbBatch& batch, std::span<const PageRun> runs);

    /// Whether the policy lets what is handed over wait for a flush that happens anyway: a packet's frame does not
    /// wait here, but must not change hands before its window's generation has passed.
    bool defers() const { return policy_ != Flush::Sync; }

    /// Lets everything go, after one round of flushes.
    void settle();
    /// Lets go what has passed by itself.
    void sweep();

    /// Frames that wait, which are as good as free: settle() makes them so.
    PageCount waiting() const { return PageCount{waiting_.load(std::memory_order_relaxed)}; }

private:
    /// How many frames come in between two looks at what has passed.
    static constexpr std::uint64_t sweep_interval = 64;

    /// What waits for one window, linked through Frame::next.
    struct Lot {
        FlushTicket ticket;
        std::uint32_t first = no_frame;
    };
    using Lots = std::array<Lot, 8>;

    /// The ticket that what `batch` has unmapped must wait for; nothing if it need not wait any more.
    std::optional<FlushTicket> must_wait(TlbBatch& batch);
    bool try_put(FlushTicket ticket, std::span<const PageRun> heads);
    void take_in(FlushTicket ticket, std::span<const PageRun> heads, PageCount pages);
    void release(const Lot& lot);
    void let_go(Pfn first, Order order);
    void let_go(std::span<const PageRun> runs);

    FrameTable frames_;
    Tlb& tlb_;
    FrameEraser& eraser_;
    ExclusiveFrames& free_;
    Flush policy_;
    std::atomic<std::uint64_t> waiting_ = 0;
    kernel::SpinLocked<Lots, kernel::Rank::Tlb> lots_;
};

} // namespace mm
