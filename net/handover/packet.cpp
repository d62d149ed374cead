// SPDX-License-Identifier: MIT
#include "net/handover/packet.hpp"

#include "net/handover/packet_frames.hpp"

namespace net {

void Packet::recycle(PacketFrames& frames) {
    for (PacketPiece& piece : pieces()) {
        if (piece.frame) frames.put(std::move(piece.frame));
    }
    clear();
}

} // namespace net
