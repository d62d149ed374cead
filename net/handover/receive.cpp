// SPDX-License-Identifier: MIT
#include "kernel/base/events.hpp"
#include "net/handover/handover.hpp"

#include <cstring>

namespace net {

using kernel::Error;
using kernel::Event;
using kernel::fail;
using kernel::Result;

namespace {

Result<PacketFrame> copy_out(WireEnd end, PacketFrames& frames, const Descriptor& piece) {
    const auto slot = TRY(end.incoming_bounce().bytes(piece.index));
    PacketFrame frame = TRY(frames.take());
    SpanSource source{slot.subspan(piece.offset, piece.length)};
    const Extent extent{piece.offset, std::size_t{piece.offset} + piece.length};
    fill_frame(frame.bytes(), frame.dirty(), extent, source);
    frame.set_dirty(extent);
    end.incoming_bounce().release(piece.index, piece.offset, piece.length);
    kernel::count(Event::BytesCopied, piece.length);
    return frame;
}

Result<PacketFrame> take_in(WireEnd end, PacketFrames& frames, const Descriptor& piece) {
    if (piece.carrier == Carrier::Bounce) return copy_out(end, frames, piece);
    return frames.store().adopt(piece.pfn(), end.tag(),
                                {piece.offset, std::size_t{piece.offset} + piece.length});
}

} // namespace

Result<Packet> receive_packet(WireEnd end, PacketFrames& frames) {
    PieceList list;
    TRY(end.receive(list));
    Packet packet(list.pieces().front().checksums);
    for (std::size_t i = 0; i < list.size(); ++i) {
        const Descriptor& piece = list.pieces()[i];
        auto frame = take_in(end, frames, piece);
        if (!frame) {
            // Whole or not at all: what was taken is recycled, what was not goes back where it belongs.
            packet.recycle(frames);
            for (const Descriptor& rest : list.pieces().subspan(i)) end.discard(rest);
            end.count_refused();
            kernel::count(Event::PacketsDropped);
            return fail(frame.error());
        }
        packet.append(std::move(*frame), {piece.offset, std::size_t{piece.offset} + piece.length});
    }
    kernel::count(Event::PacketsReceived);
    return packet;
}

} // namespace net
