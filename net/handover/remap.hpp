// SPDX-License-Identifier: MIT
#pragma once

#include "net/handover/handover.hpp"

namespace net {

/// The packet is copied into a block of frames that leaves the sender's window before the receiver can see it, and the
/// receiver maps it. One copy for what lwIP sends, none for what a bridge forwards.
struct Remap {
    static constexpr mm::HandoverPolicy policy = mm::HandoverPolicy::Remap;
    static kernel::Result<> send(WireEnd end, Outbox& outbox, PacketSource& source);
    static kernel::Result<> forward(WireEnd end, Outbox& outbox, Packet& packet);
};

} // namespace net
