// SPDX-License-Identifier: MIT
#include "net/wire/bounce_buffer.hpp"

#include <algorithm>
#include <bit>
#include <new>

namespace net {

using kernel::Error;
using kernel::fail;
using kernel::Result;

static_assert(BounceBuffer::slot_count == 64, "one bit per slot");

Result<std::uint32_t> BounceBuffer::acquire() {
    // Ordering: acquire pairs with release()'s: the receiver's zeroing is done before we write.
    const std::uint64_t used = in_use_.load(std::memory_order_acquire);
    if (~used == 0) return fail(Error::NoSpace);
    const auto slot = static_cast<std::uint32_t>(std::countr_one(used));
    if (!slots_[slot]) {
        slots_[slot].reset(new (std::nothrow) Slot);
        if (!slots_[slot]) return fail(Error::OutOfMemory);
    }
    in_use_.fetch_or(std::uint64_t{1} << slot, std::memory_order_relaxed);
    return slot;
}

bool BounceBuffer::in_use(std::uint32_t slot) const {
    return slot < slot_count && ((in_use_.load(std::memory_order_relaxed) >> slot) & 1) != 0;
}

void BounceBuffer::release(std::uint32_t slot) { release(slot, 0, mm::page_size); }

void BounceBuffer::release(std::uint32_t slot, std::size_t offset, std::size_t length) {
    if (!in_use(slot)) return;
    const std::size_t begin = std::min<std::size_t>(offset, mm::page_size);
    const std::size_t end = std::min<std::size_t>(begin + length, mm::page_size);
    std::fill(slots_[slot]->bytes.begin() + static_cast<std::ptrdiff_t>(begin),
              slots_[slot]->bytes.begin() + static_cast<std::ptrdiff_t>(end), std::byte{0});
    in_use_.fetch_and(~(std::uint64_t{1} << slot), std::memory_order_release);
}

Result<std::span<std::byte>> BounceBuffer::bytes(std::uint32_t slot) {
    if (!in_use(slot)) return fail(Error::Refused);
    return std::span<std::byte>{slots_[slot]->bytes};
}

std::size_t BounceBuffer::free_slots() const {
    return slot_count - static_cast<std::size_t>(std::popcount(in_use_.load(std::memory_order_relaxed)));
}

} // namespace net
