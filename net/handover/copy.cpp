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

namespace {

void release_all(WireEnd end, const PieceList& list) {
    for (const Descriptor& piece : list.pieces()) {
        end.outgoing_bounce().release(piece.index, piece.offset, piece.length);
    }
}

} // namespace

Result<> Copy::send(WireEnd end, PacketFrames&, PacketSource& source) {
    const std::size_t bytes = source.remaining();
    if (bytes == 0 || bytes > max_packet_bytes) return fail(Error::InvalidArgument);
    const std::size_t slots = mm::PageCount::for_bytes(bytes).raw();
    TRY(end.reserve(slots));
    BounceBuffer& buffer = end.outgoing_bounce();
    PieceList list;
    while (source.remaining() > 0) {
        const auto slot = buffer.acquire();
        if (!slot) {
            release_all(end, list);
            return fail(slot.error());
        }
        const std::size_t length = std::min<std::size_t>(source.remaining(), mm::page_size);
        source.read(buffer.bytes(*slot)->first(length));
        list.append(Descriptor::of_slot(*slot, length, source.checksums()));
    }
    kernel::count(Event::BytesCopied, bytes);
    if (auto sent = end.send(list.pieces()); !sent) {
        release_all(end, list);
        return sent;
    }
    kernel::count(Event::PacketsSent);
    return {};
}

Result<> Copy::forward(WireEnd end, PacketFrames& frames, Packet& packet) {
    PacketReader reader{packet};
    auto sent = send(end, frames, reader);
    packet.recycle(frames);
    return sent;
}

static_assert(Handover<Copy>);

} // namespace net
