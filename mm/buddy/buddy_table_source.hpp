// SPDX-License-Identifier: MIT
#pragma once

#include "mm/buddy/frame_allocator.hpp"
#include "mm/tables/table_source.hpp"

namespace mm {

/// Page tables from the frame allocator: shared frames in state PageTable.
class BuddyTableSource final : public TableSource {
public:
    explicit BuddyTableSource(FrameAllocator& frames) : frames_(frames) {}

    /// What gives frames back when there is none for a table, such as those that lie on other CPUs' lists, before that
    /// becomes an error. Says whether it is worth another try. Boot only.
    using Relief = bool (*)(void* argument);
    void set_relief(Relief relief, void* argument) {
        relief_ = relief;
        relief_argument_ = argument;
    }

    kernel::Result<Pfn> take_table(Zero zero) override;
    void give_table(Pfn table) override;

private:
    FrameAllocator& frames_;
    Relief relief_ = nullptr;
    void* relief_argument_ = nullptr;
};

} // namespace mm
