// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

#include "kernel/base/assert.hpp"
#include "mm/frame.hpp"

namespace mm {

/// The entries of all frames from physical address 0 to the end of RAM, in one array. It does not
/// own the array, which comes out of early-allocated memory and lives for ever.
class FrameTable {
public:
    /// The bytes that the array for `frames` frames takes.
    static constexpr std::uint64_t bytes_for(PageCount frames) { return frames.raw() * sizeof(Frame); }

    constexpr FrameTable() = default;
    explicit constexpr FrameTable(std::span<Frame> frames) : frames_(frames) {}

    constexpr PageCount size() const { return PageCount{frames_.size()}; }
    constexpr bool contains(Pfn pfn) const { return pfn.raw() < frames_.size(); }

    /// Precondition: contains(pfn). Whether RAM is behind it, the state says.
    Frame& operator[](Pfn pfn) const {
        kernel::ensure(contains(pfn), "frame number beyond the end of RAM");
        return frames_.data()[pfn.raw()];
    }

    /// The same without the check, for paths that have just made sure.
    Frame& unchecked(Pfn pfn) const { return frames_.data()[pfn.raw()]; }

    /// The number of a frame of this table.
    Pfn number(const Frame& frame) const { return Pfn{static_cast<std::uint64_t>(&frame - frames_.data())}; }

    /// Those of frames in a row, all of which exist.
    std::span<Frame> row(Pfn first, std::size_t count) const {
        kernel::ensure(first.raw() + count <= frames_.size(), "frame numbers beyond the end of RAM");
        return {frames_.data() + first.raw(), count};
    }

    /// Calls fn(entry) for frames in a row, all of which exist. Unrolled: fn is a store or two as a rule.
    template <class Function>
    void for_row(Pfn first, std::size_t count, Function&& fn) const {
#pragma clang loop unroll_count(4)
        for (Frame& frame : row(first, count)) fn(frame);
    }

    /// Sets state and owner of every frame of a range.
    void assign(PhysRange range, FrameState state, DomainId owner) const {
        for_row(Pfn::of(range.begin), PageCount::for_bytes(range.bytes()).raw(),
                [=](Frame& frame) { frame.assign(state, owner); });
    }

    std::span<Frame> all() const { return frames_; }

private:
    std::span<Frame> frames_;
};

} // namespace mm
