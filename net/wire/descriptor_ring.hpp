// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "net/wire/descriptor.hpp"

#include <array>
#include <atomic>
#include <cstdint>

namespace net {

/// A single-producer, single-consumer ring of descriptors in shared memory. The unit is the packet:
/// a reader sees all pieces of one or none.
///
/// Both indices run freely and are reduced on access, so full and empty differ without a spare slot.
/// The reader trusts neither the indices nor the slots: it never takes more than `capacity` pieces,
/// and it copies every piece out before it looks at it.
class DescriptorRing {
public:
    static constexpr std::uint32_t capacity = 256;
    static_assert((capacity & (capacity - 1)) == 0 && capacity > max_packet_pieces);

    /// Producer: appends one packet, whole or not at all. Sets the `position` of each piece itself.
    /// Errors: NoSpace (ring full), InvalidArgument (no piece, too many, or one ill-formed).
    kernel::Result<> push(std::span<const Descriptor> packet);

    /// Consumer: takes the oldest packet. Errors: WouldBlock (empty); Refused: the pieces in `packet`
    /// are no well-formed packet, the caller returns what frames they rightly name and goes on.
    kernel::Result<> pop(PieceList& packet);

    bool empty() const { return size() == 0; }
    /// Pieces waiting; a snapshot, and for the consumer a lower bound.
    std::uint32_t size() const;
    /// Pieces that can be pushed; a snapshot, and for the producer a lower bound.
    std::uint32_t room() const { return capacity - size(); }

private:
    // The two sides' indices lie in cache lines of their own, or every push would stall the reader.
    alignas(64) std::atomic<std::uint32_t> head_{0};  ///< next slot to write; the producer's
    alignas(64) std::atomic<std::uint32_t> tail_{0};  ///< next slot to read; the consumer's
    alignas(64) std::array<Descriptor, capacity> slots_{};
};

} // namespace net
