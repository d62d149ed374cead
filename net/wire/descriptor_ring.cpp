// SPDX-License-Identifier: MIT
#include "net/wire/descriptor_ring.hpp"

#include <algorithm>

namespace net {

using kernel::Error;
using kernel::fail;
using kernel::Result;

Result<> DescriptorRing::push(std::span<const Descriptor> packet) {
    if (packet.empty() || packet.size() > max_packet_pieces) return fail(Error::InvalidArgument);
    for (const Descriptor& piece : packet) {
        if (!well_formed(piece)) return fail(Error::InvalidArgument);
    }
    const std::uint32_t head = head_.load(std::memory_order_relaxed);
    // Ordering: acquire pairs with the reader's release of tail_, so that the reader has copied a slot
    // out before it is written again.
    const std::uint32_t used = head - tail_.load(std::memory_order_acquire);
    if (used > capacity || capacity - used < packet.size()) return fail(Error::NoSpace);

    for (std::uint32_t i = 0; i < packet.size(); ++i) {
        Descriptor& slot = slots_[(head + i) % capacity];
        slot = packet[i];
        slot.position = i + 1 == packet.size() ? Position::Last : Position::More;
    }
    // Ordering: one release publishes every piece, which is what makes it all or nothing. It also
    // orders the frames' unmapping (program order before this call) before the reader's sight of them.
    head_.store(head + static_cast<std::uint32_t>(packet.size()), std::memory_order_release);
    return {};
}

Result<> DescriptorRing::pop(PieceList& packet) {
    packet.clear();
    const std::uint32_t tail = tail_.load(std::memory_order_relaxed);
    // Ordering: acquire pairs with the producer's release of head_: the slots below it are written.
    const std::uint32_t waiting = std::min(head_.load(std::memory_order_acquire) - tail, capacity);
    if (waiting == 0) return fail(Error::WouldBlock);

    bool sound = true;
    bool complete = false;
    std::uint32_t taken = 0;
    while (taken < waiting && !complete && !packet.full()) {
        const Descriptor piece = slots_[(tail + taken) % capacity];
        ++taken;
        sound = sound && well_formed(piece);
        complete = piece.position == Position::Last;
        packet.append(piece);
    }
    // Ordering: release pairs with the producer's acquire; the copies above are done with the slots.
    tail_.store(tail + taken, std::memory_order_release);
    if (!sound || !complete || packet.bytes() > max_packet_bytes) return fail(Error::Refused);
    return {};
}

std::uint32_t DescriptorRing::size() const {
    // Ordering: acquire on both, since either side asks. An index scribbled over reads as a full ring.
    return std::min(head_.load(std::memory_order_acquire) - tail_.load(std::memory_order_acquire), capacity);
}

} // namespace net
