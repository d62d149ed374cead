// SPDX-License-Identifier: MIT
#include "net/handover/remap.hpp"

#include "kernel/base/events.hpp"
#include "net/handover/packet_reader.hpp"

#include <algorithm>

namespace net {

using kernel::Error;
using kernel::Event;
using kernel::fail;
using kernel::Result;

Result<> Remap::send(WireEnd end, Outbox& outbox, PacketSource& source) {
    const std::size_t bytes = source.remaining();
    if (bytes == 0 || bytes > max_packet_bytes) return fail(Error::InvalidArgument);
    TRY(outbox.begin(end, mm::PageCount::for_bytes(bytes).raw(), source.checksums()));
    for (std::size_t left = bytes; left != 0;) {
        const auto room = outbox.place(left);
        if (!room) {
            outbox.abandon();
            return fail(room.error());
        }
        source.read(*room);
        left -= room->size();
    }
    outbox.end_packet();
    kernel::count(Event::BytesCopied, bytes);
    return {};
}

Result<> Remap::forward(WireEnd end, Outbox& outbox, Packet& packet) {
    const bool alone =
        std::ranges::all_of(packet.pieces(), [](const PacketPiece& piece) { return piece.frame.block() == nullptr; });
    Result<> sent;
    if (alone) {
        sent = outbox.begin(end, packet.size(), packet.checksums());
        if (sent) {
            for (PacketPiece& piece : packet.pieces()) outbox.add_block(std::move(piece.frame), piece.extent);
            outbox.end_packet();
        }
    } else {
        // Other packets lie in the same block, and may go elsewhere.
        PacketReader reader{packet};
        sent = send(end, outbox, reader);
    }
    packet.recycle(outbox.frames());
    return sent;
}

static_assert(Handover<Remap>);

} // namespace net
