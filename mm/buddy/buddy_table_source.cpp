// SPDX-License-Identifier: MIT
#include "mm/buddy/buddy_table_source.hpp"

#include "mm/buddy/zero_frames.hpp"

namespace mm {

kernel::Result<Pfn> BuddyTableSource::take_table() {
    const Pfn table = TRY(frames_.take(order_4k, FrameState::PageTable));
    zero_attached(frames_.frames(), table, order_4k);
    return table;
}

void BuddyTableSource::give_table(Pfn table) { frames_.give(table, order_4k); }

} // namespace mm
