// SPDX-License-Identifier: MIT
#pragma once

#include "mm/frame_table.hpp"
#include "mm/tables/table_source.hpp"

namespace mm {

/// A promise of page tables: they are taken from their source before a page-table lock is, so that
/// the change under the lock cannot fail. What is left over goes back when it ends, which must not
/// be inside a page-table lock. An empty reservation costs nothing.
class [[nodiscard]] TableReservation {
public:
    /// `zero`: as for TableSource::take_table().
    TableReservation(FrameTable frames, TableSource& source, Zero zero = Zero::Yes)
        : frames_(frames), source_(source), zero_(zero) {}
    ~TableReservation();
    TableReservation(const TableReservation&) = delete;
    TableReservation& operator=(const TableReservation&) = delete;

    /// Takes tables until there are `wanted`. Thread context, no page-table lock held. On
    /// OutOfMemory it keeps what it has.
    kernel::Result<> grow_to(PageCount wanted);

    PageCount size() const { return size_; }

    /// One of the tables. Precondition: size() > 0.
    Pfn take();

private:
    FrameTable frames_;
    TableSource& source_;
    Zero zero_;
    PageCount size_;
    std::uint32_t first_ = no_frame; ///< linked through Frame::next
};

} // namespace mm
