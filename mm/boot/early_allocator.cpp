// SPDX-License-Identifier: MIT
#include "mm/boot/early_allocator.hpp"

#include <algorithm>
#include <arch/memory.hpp>

#include "mm/tables/direct_map.hpp"

namespace mm {

using kernel::Error;
using kernel::fail;

kernel::Result<> EarlyAllocator::add(PhysRange ram) {
    if (ram.empty()) return {};
    if (ram.begin < reachable_ && reachable_ < ram.end) {
        TRY(add({ram.begin, reachable_}));
        return add({reachable_, ram.end});
    }
    if (count_ == max_ranges) return fail(Error::NoSpace);
    std::size_t at = count_++;
    for (; at > 0 && ram.begin < ranges_[at - 1].begin; --at) ranges_[at] = ranges_[at - 1];
    ranges_[at] = ram;
    return {};
}

kernel::Result<> EarlyAllocator::exclude(PhysRange used) {
    used = {used.begin.align_down(page_size), used.end.align_up(page_size)};
    for (std::size_t i = 0; i < count_;) {
        const PhysRange range = ranges_[i];
        if (used.end <= range.begin || range.end <= used.begin) {
            ++i;
            continue;
        }
        drop(i);
        TRY(add({range.begin, std::max(range.begin, used.begin)}));
        TRY(add({std::min(range.end, used.end), range.end}));
        i = 0; // what is left no longer overlaps, so this ends
    }
    return {};
}

kernel::Result<PhysAddr> EarlyAllocator::allocate(PageCount pages) {
    // From the top of the highest range that will do: low memory stays whole for large pages.
    for (std::size_t i = count_; i-- > 0;) {
        PhysRange& range = ranges_[i];
        if (range.end > reachable_ || range.bytes() < pages.bytes()) continue;
        range.end = range.end - pages.bytes();
        const PhysAddr taken = range.end;
        if (range.empty()) drop(i);
        return taken;
    }
    return fail(Error::OutOfMemory);
}

kernel::Result<Pfn> EarlyAllocator::take_table(Zero zero) {
    const Pfn table = Pfn::of(TRY(allocate(PageCount{1})));
    if (zero == Zero::Yes) arch::zero_words(DirectMap::ptr_present<void>(table.address()), page_size / 8);
    frames_[table].assign(FrameState::PageTable, shared_domain);
    return table;
}

void EarlyAllocator::give_table(Pfn) { kernel::panic("a page table came back during boot"); }

void EarlyAllocator::drop(std::size_t index) {
    std::copy(ranges_.begin() + index + 1, ranges_.begin() + count_, ranges_.begin() + index);
    --count_;
}

} // namespace mm
