// SPDX-License-Identifier: MIT
#include "mm/tables/table_reservation.hpp"

#include "mm/frame_checks.hpp"

namespace mm {

TableReservation::~TableReservation() {
    while (size_ > PageCount{}) source_.give_table(take());
}

kernel::Result<> TableReservation::grow_to(PageCount wanted) {
    while (size_ < wanted) {
        const Pfn table = TRY(source_.take_table(zero_));
        frames_[table].next = first_;
        first_ = table.raw();
        size_ = size_ + PageCount{1};
    }
    return {};
}

Pfn TableReservation::take() {
    kernel::ensure(size_ > PageCount{}, "more page tables used than reserved");
    const Pfn table{first_};
    ensure_listed(frames_, table, FrameState::PageTable, shared_domain, "a reservation of page tables");
    first_ = frames_[table].next;
    frames_[table].next = no_frame;
    size_ = size_ - PageCount{1};
    return table;
}

} // namespace mm
