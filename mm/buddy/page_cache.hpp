// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

#include "mm/addr.hpp"

namespace mm {

/// One CPU's own stock of free frames, so that most single-page allocations take no lock. Used by
/// its CPU only, with preemption off. The frames stay in state Free, flagged per_cpu_list.
class PageCache {
public:
    static constexpr std::uint32_t capacity = 64;
    /// Frames that move between here and the buddy allocator at a time.
    static constexpr std::uint32_t batch = 32;

    constexpr bool empty() const { return count_ == 0; }
    constexpr bool full() const { return count_ == capacity; }
    constexpr std::uint32_t size() const { return count_; }
    /// Precondition: not full.
    constexpr void push(Pfn pfn) { frames_.data()[count_++] = pfn; }
    /// Precondition: not empty. The frame freed last, which is likeliest to be in the CPU's caches.
    constexpr Pfn pop() { return frames_.data()[--count_]; }

private:
    std::uint32_t count_ = 0;
    std::array<Pfn, capacity> frames_{};
};

} // namespace mm
