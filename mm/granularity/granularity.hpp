// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

#include "kernel/base/result.hpp"
#include "mm/addr.hpp"
#include "mm/buddy/frame_pool_statistics.hpp"
#include "mm/page_run.hpp"

namespace mm {

/// In which portions frames leave the direct map. A policy is one class that meets this concept, in
/// a file of its own, and one line in exclusive_frames.hpp.
template <class Policy>
concept GranularityPolicy =
    requires(Policy policy, const Policy& constant, Pfn pfn, Order order, std::size_t most, std::span<PageRun> room,
             std::span<const PageRun> runs, FramePoolStatistics statistics) {
        // A free block out of the direct map, which no CPU can reach; aligned to its size. Its frames
        // are InTransit, to whoever asked, and flagged as zeroed where that is known. Error:
        // OutOfMemory.
        { policy.take(order) } -> std::same_as<kernel::Result<Pfn>>;
        // Takes back what take() gave: unmapped everywhere, holding no domain's data.
        { policy.give(pfn, order) } -> std::same_as<void>;
        // Single pages, as take() gives them: at least one and at most `most`, in as many runs as there is room for.
        // Says how many runs. Error: OutOfMemory.
        { policy.take_runs(room, most) } -> std::same_as<kernel::Result<std::size_t>>;
        // Takes back single pages, however they are cut now; at most 64 runs of at most 512 pages.
        { policy.give_runs(runs) } -> std::same_as<void>;
        // How many single pages a domain may move at a time, and so hold free for itself: 0 where each
        // page is to leave and return on its own.
        { Policy::pages_at_once } -> std::convertible_to<std::size_t>;
        // Returns what it holds free to the direct map and the frame allocator; says how much.
        { policy.trim() } -> std::same_as<PageCount>;
        // What it holds free.
        { constant.free() } -> std::same_as<PageCount>;
        { constant.describe(statistics) } -> std::same_as<void>;
    };

} // namespace mm
