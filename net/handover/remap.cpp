// SPDX-License-Identifier: MIT
#include "net/handover/remap.hpp"

#include "kernel/base/events.hpp"

#include <algorithm>

namespace net {

using kernel::Error;
using kernel::Event;
using kernel::fail;
using kernel::Result;

namespace {

/// Copies the source into frames of the sender; on error nothing is held.
Result<> gather(PacketFrames& frames, PacketSource& source, Packet& packet) {
    while (source.remaining() > 0) {
        auto frame = frames.take();
        if (!frame) {
            packet.recycle(frames);
            return fail(frame.error());
        }
        const Extent extent{0, std::min<std::size_t>(source.remaining(), mm::page_size)};
        fill_frame(frame->bytes(), frame->dirty(), extent, source);
        frame->set_dirty(extent);
        packet.append(std::move(*frame), extent);
    }
    return {};
}

/// Gives the frames up, then shows their numbers to the receiver: in this order, or it could map a frame
/// that the sender can still write.
Result<> pass_on(WireEnd end, PacketFrames& frames, Packet& packet) {
    PieceList list;
    for (PacketPiece& piece : packet.pieces()) {
        list.append(Descriptor::of_frame(piece.frame.pfn(), piece.extent.begin, piece.extent.size(),
                                         packet.checksums()));
        frames.store().disown(std::move(piece.frame), end.tag());
    }
    packet.clear();
    auto sent = end.send(list.pieces());
    if (!sent) {
        // Only the peer's going away comes in between reserve() and here. Nobody will receive these.
        for (const Descriptor& piece : list.pieces()) end.discard(piece);
        return sent;
    }
    kernel::count(Event::FramesHandedOver, list.size());
    kernel::count(Event::PacketsSent);
    return {};
}

} // namespace

Result<> Remap::send(WireEnd end, PacketFrames& frames, PacketSource& source) {
    const std::size_t bytes = source.remaining();
    if (bytes == 0 || bytes > max_packet_bytes) return fail(Error::InvalidArgument);
    TRY(end.reserve(mm::PageCount::for_bytes(bytes).raw()));
    Packet packet(source.checksums());
    TRY(gather(frames, source, packet));
    kernel::count(Event::BytesCopied, bytes);
    return pass_on(end, frames, packet);
}

Result<> Remap::forward(WireEnd end, PacketFrames& frames, Packet& packet) {
    if (auto room = end.reserve(packet.size()); !room) {
        packet.recycle(frames);
        return room;
    }
    for (PacketPiece& piece : packet.pieces()) {
        clear_outside(piece.frame.bytes(), piece.frame.dirty(), piece.extent);
    }
    return pass_on(end, frames, packet);
}

static_assert(Handover<Remap>);

} // namespace net
