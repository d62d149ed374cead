// SPDX-License-Identifier: MIT
#pragma once

#include <variant>

#include "mm/granularity/attached_granularity.hpp"
#include "mm/granularity/block_granularity.hpp"
#include "mm/granularity/page_granularity.hpp"
#include "mm/policies.hpp"

namespace mm {

/// Where domains get their frames: the granularity policy that the boot options chose. Each policy
/// is one line in Chosen and one in choose(). Thread context; not inside a lock of rank Detached or
/// above.
class ExclusiveFrames {
public:
    ExclusiveFrames(FrameAllocator& frames, DirectMap& direct_map, const Policies& policies)
        : chosen_(choose(frames, direct_map, policies)) {}

    /// A block that is in nobody's address space (isolation `none`: in the direct map). Its frames
    /// are flagged as zeroed where that is known. Error: OutOfMemory.
    kernel::Result<Pfn> take(Order order) {
        return std::visit([&](auto& policy) { return policy.take(order); }, chosen_);
    }
    /// Takes back what take() gave: unmapped everywhere, holding no domain's data.
    void give(Pfn first, Order order) {
        std::visit([&](auto& policy) { policy.give(first, order); }, chosen_);
    }
    /// Single pages of that kind: at least one and at most `most`, in as many runs as there is room for. Says how many
    /// runs. Error: OutOfMemory.
    kernel::Result<std::size_t> take_runs(std::span<PageRun> room, std::size_t most) {
        return std::visit([&](auto& policy) { return policy.take_runs(room, most); }, chosen_);
    }
    /// Takes back single pages; at most 64 runs of at most 512 pages.
    void give_runs(std::span<const PageRun> runs) {
        std::visit([&](auto& policy) { policy.give_runs(runs); }, chosen_);
    }
    /// How many single pages a domain may move at a time; 0 where each is to move on its own.
    std::size_t pages_at_once() const {
        return std::visit([](const auto& policy) { return std::remove_reference_t<decltype(policy)>::pages_at_once; },
                          chosen_);
    }
    /// Returns free blocks to the direct map and the frame allocator; says how many frames.
    PageCount trim() {
        return std::visit([](auto& policy) { return policy.trim(); }, chosen_);
    }
    /// Frames held free, out of the direct map.
    PageCount free() const {
        return std::visit([](const auto& policy) { return policy.free(); }, chosen_);
    }
    void describe(FramePoolStatistics& statistics) const {
        std::visit([&](const auto& policy) { policy.describe(statistics); }, chosen_);
    }

private:
    using Chosen = std::variant<BlockGranularity, PageGranularity, AttachedGranularity>;

    static Chosen choose(FrameAllocator& frames, DirectMap& direct_map, const Policies& policies) {
        if (policies.isolation == Isolation::None) {
            return Chosen(std::in_place_type<AttachedGranularity>, frames);
        }
        const Detacher detacher(frames, direct_map);
        switch (policies.granularity) {
        case Granularity::Block:
            return Chosen(std::in_place_type<BlockGranularity>, detacher);
        case Granularity::Page:
            return Chosen(std::in_place_type<PageGranularity>, detacher);
        }
        __builtin_unreachable();
    }

    Chosen chosen_;
};

} // namespace mm
