// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "mm/frame_table.hpp"
#include "mm/tables/table_source.hpp"

namespace mm::testing {

/// A source of page tables that counts what is out and can be told to run dry.
class TestTables final : public TableSource {
public:
    TestTables(FrameTable frames, std::vector<Pfn> free) : frames_(frames), free_(std::move(free)) {}

    kernel::Result<Pfn> take_table(Zero zero) override;
    void give_table(Pfn table) override;

    /// After `takes` more tables there are none.
    void run_dry_after(std::size_t takes) { left_ = takes; }
    void refill() { left_.reset(); }

    /// Tables that are out, beyond those that were when count_from_here() was called.
    std::size_t outstanding() const { return outstanding_ - not_counted_; }
    void count_from_here() { not_counted_ = outstanding_; }

private:
    FrameTable frames_;
    std::vector<Pfn> free_;
    std::size_t outstanding_ = 0;
    std::size_t not_counted_ = 0;
    std::optional<std::size_t> left_;
};

} // namespace mm::testing
