// SPDX-License-Identifier: MIT
#include "net/handover/auto.hpp"

#include "net/handover/copy.hpp"
#include "net/handover/remap.hpp"

namespace net {

kernel::Result<> Auto::send(WireEnd end, PacketFrames& frames, PacketSource& source) {
    return source.remaining() < threshold() ? Copy::send(end, frames, source) : Remap::send(end, frames, source);
}

kernel::Result<> Auto::forward(WireEnd end, PacketFrames& frames, Packet& packet) {
    return packet.bytes() < threshold() ? Copy::forward(end, frames, packet) : Remap::forward(end, frames, packet);
}

static_assert(Handover<Auto>);

} // namespace net
