// SPDX-License-Identifier: MIT
#pragma once

#include "net/handover/handover.hpp"

namespace net {

/// The packet is copied into a frame of its own, the frame leaves the sender's window before the receiver
/// can see it, and the receiver maps it. One copy for what lwIP sends, none for what a bridge forwards.
struct Remap {
    static constexpr mm::HandoverPolicy policy = mm::HandoverPolicy::Remap;
    static kernel::Result<> send(WireEnd end, PacketFrames& frames, PacketSource& source);
    static kernel::Result<> forward(WireEnd end, PacketFrames& frames, Packet& packet);
};

} // namespace net
