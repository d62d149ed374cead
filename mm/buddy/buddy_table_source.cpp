// SPDX-License-Identifier: MIT
#include "mm/buddy/buddy_table_source.hpp"

#include "mm/buddy/zero_frames.hpp"

namespace mm {

kernel::Result<Pfn> BuddyTableSource::take_table(Zero zero) {
    auto table = frames_.take(order_4k, FrameState::PageTable);
    if (!table) [[unlikely]] {
        if (relief_ == nullptr || !relief_(relief_argument_)) return table;
        table = TRY(frames_.take(order_4k, FrameState::PageTable));
    }
    // Whatever is known of the frame: what stands in a page table, nobody is believed.
    forget_zero(frames_.frames(), *table, order_4k);
    if (zero == Zero::Yes) arch::zero_words(DirectMap::ptr_present<void>(table->address()), words_per_page);
    return table;
}

void BuddyTableSource::give_table(Pfn table) { frames_.give(table, order_4k); }

} // namespace mm
