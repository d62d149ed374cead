// SPDX-License-Identifier: MIT
#pragma once

#include "net/handover/handover.hpp"

namespace net {

/// The packet is copied into the wire's bounce buffer in shared memory, and by the receiver out of it
/// again: two copies, no page-table work, and while it is in flight it can be read by everyone.
struct Copy {
    static constexpr mm::HandoverPolicy policy = mm::HandoverPolicy::Copy;
    static kernel::Result<> send(WireEnd end, Outbox& outbox, PacketSource& source);
    static kernel::Result<> forward(WireEnd end, Outbox& outbox, Packet& packet);
};

} // namespace net
