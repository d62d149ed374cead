// SPDX-License-Identifier: MIT
#include "net/wire/descriptor_ring.hpp"

namespace net {

using kernel::Error;
using kernel::fail;

kernel::Result<> DescriptorRing::pop_more(PieceList& packet, std::uint32_t tail, std::uint32_t waiting) {
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
    if (!sound || !complete || packet.bytes() > max_packet_bytes) return fail(Error::Refused);
    return {};
}

} // namespace net
