// SPDX-License-Identifier: MIT
#include "net/wire/bounce_buffer.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace net {

using kernel::Error;
using kernel::fail;
using kernel::Result;

static_assert(BounceBuffer::slot_count == 64, "one bit per slot");

BounceBuffer::~BounceBuffer() {
    for (std::byte* slot : slots_) {
        if (slot != nullptr) memory_.free_slot(slot);
    }
}

Result<std::uint32_t> BounceBuffer::acquire() {
    // Ordering: acquire pairs with release()'s: the receiver's zeroing is done before we write.
    const std::uint64_t used = in_use_.load(std::memory_order_acquire);
    if (~used == 0) return fail(Error::NoSpace);
    const auto slot = static_cast<std::uint32_t>(std::countr_one(used));
    if (slots_[slot] == nullptr) slots_[slot] = TRY(memory_.allocate_slot());
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
    std::memset(slots_[slot] + begin, 0, end - begin);
    in_use_.fetch_and(~(std::uint64_t{1} << slot), std::memory_order_release);
}

Result<std::span<std::byte>> BounceBuffer::bytes(std::uint32_t slot) {
    if (!in_use(slot)) return fail(Error::Refused);
    return std::span{slots_[slot], std::size_t{mm::page_size}};
}

std::size_t BounceBuffer::free_slots() const {
    return slot_count - static_cast<std::size_t>(std::popcount(in_use_.load(std::memory_order_relaxed)));
}

} // namespace net
