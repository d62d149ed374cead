// SPDX-License-Identifier: MIT
#include "net/handover/copy.hpp"

#include "kernel/base/events.hpp"
#include "net/handover/packet_reader.hpp"

#include <algorithm>

namespace net {

using kernel::Error;
using kernel::Event;
using kernel::fail;
using kernel::Result;

Result<> Copy::send(WireEnd end, Outbox& outbox, PacketSource& source) {
    const std::size_t bytes = source.remaining();
    if (bytes == 0 || bytes > max_packet_bytes) return fail(Error::InvalidArgument);
    TRY(outbox.begin(end, mm::PageCount::for_bytes(bytes).raw(), source.checksums()));
    BounceBuffer& buffer = end.outgoing_bounce();
    for (std::size_t left = bytes; left != 0;) {
        const auto slot = buffer.acquire();
        if (!slot) {
            outbox.abandon();
            return fail(slot.error());
        }
        const std::size_t length = std::min<std::size_t>(left, mm::page_size);
        source.read(buffer.bytes(*slot)->first(length));
        outbox.add_slot(*slot, length);
        left -= length;
    }
    outbox.end_packet();
    kernel::count(Event::BytesCopied, bytes);
    return {};
}

Result<> Copy::forward(WireEnd end, Outbox& outbox, Packet& packet) {
    PacketReader reader{packet};
    auto sent = send(end, outbox, reader);
    packet.recycle(outbox.frames());
    return sent;
}

static_assert(Handover<Copy>);

} // namespace net
