// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "kernel/base/result.hpp"
#include "mm/frame_table.hpp"
#include "mm/tables/table_source.hpp"

namespace mm {

/// Hands out memory before there is an allocator: the frame table, the first page tables. It works on
/// the boot loader's list of RAM, never takes anything back, and ends by telling what is left. Boot
/// context: one CPU, interrupts off, no lock.
class EarlyAllocator final : public TableSource {
public:
    /// Memory at `reachable` and above is not handed out: the boot page tables do not map it.
    explicit EarlyAllocator(PhysAddr reachable) : reachable_(reachable) {}

    /// RAM that may be used; whole pages, not adjacent to what was added before. Error: NoSpace when
    /// the list of ranges is full.
    kernel::Result<> add(PhysRange ram);

    /// Takes a range out again (the kernel's image, the initial RAM disk), if it is in. Error: NoSpace.
    kernel::Result<> exclude(PhysRange used);

    /// Contiguous pages, not zeroed. Error: OutOfMemory.
    kernel::Result<PhysAddr> allocate(PageCount pages);

    /// From now on, tables handed out are entered in the frame table.
    void use_frames(FrameTable frames) { frames_ = frames; }

    kernel::Result<Pfn> take_table(Zero zero) override;
    void give_table(Pfn table) override;

    /// What has not been handed out, ascending.
    std::span<const PhysRange> free_ranges() const { return std::span(ranges_).first(count_); }

private:
    void drop(std::size_t index);

    static constexpr std::size_t max_ranges = 64;

    PhysAddr reachable_;
    FrameTable frames_;
    std::array<PhysRange, max_ranges> ranges_{};
    std::size_t count_ = 0;
};

} // namespace mm
