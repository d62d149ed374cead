// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "net/wire/descriptor.hpp"

#include <algorithm>
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
template <std::uint32_t slots>
class DescriptorRing {
public:
    static constexpr std::uint32_t capacity = slots;
    static_assert((capacity & (capacity - 1)) == 0 && capacity > max_packet_pieces);

    /// What was pushed at once.
    struct Pushed {
        std::uint64_t packets = 0;
        std::uint64_t bytes = 0;
    };
    /// Producer: appends whole packets, whose pieces say by their `position` where each ends; all of them or none.
    /// Errors: NoSpace (ring full), InvalidArgument (no piece, too many, one ill-formed, or the last packet has no
    /// end).
    kernel::Result<Pushed> push(std::span<const Descriptor> pieces);

    /// Consumer: takes the oldest packet. Errors: WouldBlock (empty); Refused: the pieces in `packet`
    /// are no well-formed packet, the caller returns what frames they rightly name and goes on.
    kernel::Result<> pop(PieceList& packet);

    /// Consumer of a ring whose packets are all of one piece: takes the oldest. Errors: WouldBlock; Refused: it was
    /// ill-formed, and is lost.
    kernel::Result<Descriptor> pop_single();

    bool empty() const { return size() == 0; }
    /// Pieces waiting; a snapshot, and for the consumer a lower bound.
    std::uint32_t size() const;
    /// Pieces that can be pushed; a snapshot, and for the producer a lower bound.
    std::uint32_t room() const { return capacity - size(); }

private:
    /// The rest of pop(): a packet of several pieces, or none at all.
    kernel::Result<> pop_more(PieceList& packet, std::uint32_t tail, std::uint32_t waiting);
    Descriptor& slot(std::uint32_t number) { return slots_.data()[number % capacity]; }

    // The two sides' indices lie in cache lines of their own, or every push would stall the reader.
    alignas(64) std::atomic<std::uint32_t> head_{0}; ///< next slot to write; the producer's
    alignas(64) std::atomic<std::uint32_t> tail_{0}; ///< next slot to read; the consumer's
    alignas(64) std::array<Descriptor, capacity> slots_{};
};

/// Packets on their way.
using PacketRing = DescriptorRing<256>;
/// Frames on their way back: fewer, since what finds no room is freed.
using SpentRing = DescriptorRing<128>;

// Inline: on every packet's way, most of which are of one piece.

template <std::uint32_t slots>
inline auto DescriptorRing<slots>::push(std::span<const Descriptor> pieces) -> kernel::Result<Pushed> {
    if (pieces.empty() || pieces.size() > capacity || pieces.back().position != Position::Last)
        return kernel::fail(kernel::Error::InvalidArgument);
    const std::uint32_t head = head_.load(std::memory_order_relaxed);
    // Ordering: acquire pairs with the reader's release of tail_, so that the reader has copied a slot
    // out before it is written again.
    const std::uint32_t used = head - tail_.load(std::memory_order_acquire);
    if (used > capacity || capacity - used < pieces.size()) return kernel::fail(kernel::Error::NoSpace);

    std::uint32_t at = head;
    Pushed pushed;
    for (const Descriptor piece : pieces) { // by value: the slots may alias it, for all the compiler knows
        if (!well_formed(piece)) return kernel::fail(kernel::Error::InvalidArgument);
        slot(at++) = piece;
        pushed.bytes += piece.length;
        pushed.packets += piece.position == Position::Last ? 1 : 0;
    }
    // Ordering: one release publishes every piece, which is what makes it all or nothing. It also
    // orders the frames' unmapping (program order before this call) before the reader's sight of them.
    head_.store(at, std::memory_order_release);
    return pushed;
}

template <std::uint32_t slots>
inline kernel::Result<> DescriptorRing<slots>::pop(PieceList& packet) {
    const std::uint32_t tail = tail_.load(std::memory_order_relaxed);
    // Ordering: acquire pairs with the producer's release of head_: the slots below it are written.
    const std::uint32_t waiting = head_.load(std::memory_order_acquire) - tail;
    if (waiting == 0) {
        packet.clear();
        return kernel::fail(kernel::Error::WouldBlock);
    }
    const Descriptor first = slot(tail);
    if (first.position != Position::Last || !well_formed(first))
        return pop_more(packet, tail, std::min(waiting, capacity));
    packet.assign(first);
    // Ordering: release pairs with the producer's acquire; the copy above is done with the slot.
    tail_.store(tail + 1, std::memory_order_release);
    return {};
}

template <std::uint32_t slots>
[[gnu::noinline]] kernel::Result<> DescriptorRing<slots>::pop_more(PieceList& packet, std::uint32_t tail,
                                                                   std::uint32_t waiting) {
    packet.clear();
    bool sound = true;
    bool complete = false;
    std::uint32_t taken = 0;
    while (taken < waiting && !complete && !packet.full()) {
        const Descriptor piece = slot(tail + taken);
        ++taken;
        sound = sound && well_formed(piece);
        complete = piece.position == Position::Last;
        packet.append(piece);
    }
    // Ordering: release pairs with the producer's acquire; the copies above are done with the slots.
    tail_.store(tail + taken, std::memory_order_release);
    if (!sound || !complete || packet.bytes() > max_packet_bytes) return kernel::fail(kernel::Error::Refused);
    return {};
}

template <std::uint32_t slots>
inline kernel::Result<Descriptor> DescriptorRing<slots>::pop_single() {
    const std::uint32_t tail = tail_.load(std::memory_order_relaxed);
    // Ordering: as in pop().
    if (head_.load(std::memory_order_acquire) == tail) return kernel::fail(kernel::Error::WouldBlock);
    const Descriptor piece = slot(tail);
    tail_.store(tail + 1, std::memory_order_release);
    if (!well_formed(piece)) return kernel::fail(kernel::Error::Refused);
    return piece;
}

template <std::uint32_t slots>
inline std::uint32_t DescriptorRing<slots>::size() const {
    // Ordering: acquire on both, since either side asks. An index scribbled over reads as a full ring.
    return std::min(head_.load(std::memory_order_acquire) - tail_.load(std::memory_order_acquire), capacity);
}

} // namespace net
