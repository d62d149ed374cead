// SPDX-License-Identifier: MIT
#pragma once

#include "mm/buddy/frame_allocator.hpp"
#include "mm/tables/table_source.hpp"

namespace mm {

/// Page tables from the frame allocator: shared frames in state PageTable.
class BuddyTableSource final : public TableSource {
public:
    explicit BuddyTableSource(FrameAllocator& frames) : frames_(frames) {}

    kernel::Result<Pfn> take_table(Zero zero) override;
    void give_table(Pfn table) override;

private:
    FrameAllocator& frames_;
};

} // namespace mm
