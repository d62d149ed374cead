// SPDX-License-Identifier: MIT
#include "mm/testing/test_tables.hpp"

#include <arch/memory.hpp>

#include "mm/tables/direct_map.hpp"

namespace mm::testing {

kernel::Result<Pfn> TestTables::take_table(Zero zero) {
    if (free_.empty() || left_ == 0) return kernel::fail(kernel::Error::OutOfMemory);
    if (left_) --*left_;
    const Pfn table = free_.back();
    free_.pop_back();
    // One that its user has to write is still poisoned.
    if (zero == Zero::Yes) arch::zero_words(DirectMap::ptr_present<void>(table.address()), page_size / 8);
    frames_[table].assign(FrameState::PageTable, shared_domain);
    ++outstanding_;
    return table;
}

void TestTables::give_table(Pfn table) {
    kernel::ensure(frames_[table].state == FrameState::PageTable, "not a page table");
    // Poison: a table that something still leads to shows at once.
    arch::fill_words(DirectMap::ptr_present<void>(table.address()), 0xdead'dead'dead'deae, page_size / 8);
    frames_[table].assign(FrameState::Free, shared_domain);
    --outstanding_;
    free_.push_back(table);
}

} // namespace mm::testing
