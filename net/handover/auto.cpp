// SPDX-License-Identifier: MIT
#include "net/handover/auto.hpp"

#include "net/handover/copy.hpp"
#include "net/handover/remap.hpp"

namespace net {

kernel::Result<> Auto::send(WireEnd end, Outbox& outbox, PacketSource& source) {
    return source.remaining() < threshold() ? Copy::send(end, outbox, source) : Remap::send(end, outbox, source);
}

kernel::Result<> Auto::forward(WireEnd end, Outbox& outbox, Packet& packet) {
    return packet.bytes() < threshold() ? Copy::forward(end, outbox, packet) : Remap::forward(end, outbox, packet);
}

static_assert(Handover<Auto>);

} // namespace net
