// SPDX-License-Identifier: MIT
#include "net/handover/packet.hpp"

#include "net/handover/packet_frames.hpp"

namespace net {

std::size_t Packet::adopt(PacketFrames& frames, mm::TransitTag wire, std::span<const Descriptor> pieces) {
    const std::size_t adopted = frames.store().adopt_some(FrameNumbers(pieces).all(), wire);
    for (const Descriptor& piece : pieces.first(adopted)) {
        append(frames.store().frame(piece.pfn(), wire, extent_of(piece)), extent_of(piece));
    }
    return adopted;
}

void Packet::recycle(PacketFrames& frames) {
    for (PacketPiece& piece : pieces()) {
        if (piece.frame) frames.put(std::move(piece.frame));
    }
    clear();
}

} // namespace net
