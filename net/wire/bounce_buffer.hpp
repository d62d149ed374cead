// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "mm/addr.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace net {

/// Where bounce buffers get their slots: page-sized pieces of shared memory.
class SlotMemory {
public:
    /// A zeroed, page-sized piece. Error: OutOfMemory.
    virtual kernel::Result<std::byte*> allocate_slot() = 0;
    virtual void free_slot(std::byte* slot) = 0;

protected:
    ~SlotMemory() = default;
};

/// Page-sized slots in shared memory through which the `copy` policy passes packets in one direction.
///
/// A slot is all zero unless a packet is in it: the receiver zeroes what it has copied out before it
/// releases the slot. While a packet is in flight its bytes can be read by every namespace; that is
/// the price of this policy, and the reason it is not the default.
///
/// Context: threads. One sender acquires, one receiver releases; slots are allocated on first use.
class BounceBuffer {
public:
    static constexpr std::uint32_t slot_count = 64;

    explicit BounceBuffer(SlotMemory& memory) : memory_(memory) {}
    ~BounceBuffer();
    BounceBuffer(const BounceBuffer&) = delete;
    BounceBuffer& operator=(const BounceBuffer&) = delete;

    /// Claims a free slot. Errors: NoSpace (all in flight), OutOfMemory.
    kernel::Result<std::uint32_t> acquire();
    /// Zeroes the whole slot if it was in use and hands it back; ignores a number that names none in
    /// use, since it comes out of shared memory.
    void release(std::uint32_t slot);
    /// The same, for a receiver that knows the extent in use: [offset, offset + length).
    void release(std::uint32_t slot, std::size_t offset, std::size_t length);

    /// The bytes of a slot. Errors: Refused, if no slot of that number is in use.
    kernel::Result<std::span<std::byte>> bytes(std::uint32_t slot);
    /// Slots that are free or not yet allocated.
    std::size_t free_slots() const;

private:
    bool in_use(std::uint32_t slot) const;

    SlotMemory& memory_;
    std::atomic<std::uint64_t> in_use_{0}; ///< bit n: slot n holds a packet
    std::array<std::byte*, slot_count> slots_{};
};

} // namespace net
