// SPDX-License-Identifier: MIT
#pragma once

#include <arch/boot_info.hpp>

#include <array>
#include <cstddef>
#include <span>

namespace arch::boot {

/// Builds the memory map of BootInfo out of a loader's, which may be unsorted, overlapping and
/// unaligned.
class MemoryMap {
public:
    static constexpr std::size_t capacity = 128;

    /// Notes a range as the loader gives it; empty ones are ignored. Ranges beyond `capacity` are
    /// dropped, the memory in them stays unused.
    void add(mm::PhysRange range, MemoryKind kind);

    /// Sorts, separates and merges. The result stays valid as long as this object.
    std::span<const MemoryRange> finish();

private:
    MemoryKind kind_at(mm::PhysAddr address, bool& known) const;

    std::array<MemoryRange, capacity> given_{};
    std::size_t given_count_ = 0;
    std::array<MemoryRange, capacity * 2> result_{};
};

} // namespace arch::boot
