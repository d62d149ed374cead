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

/// A frame to put a piece of a packet in: out of the stock, else one that the receiver gave back, else a new one.
Result<PacketFrame> take_frame(WireEnd end, PacketFrames& frames) {
    if (PacketFrame stocked = frames.take_stocked()) return stocked;
    if (const auto back = end.take_back()) {
        auto adopted = frames.store().adopt(back->pfn(), end.tag(), extent_of(*back));
        if (adopted) return adopted;
        end.discard(*back);
    }
    return frames.store().allocate();
}

/// Starts a packet with frames that the receiver gave back, at most `count`.
void start_with_returned(WireEnd end, PacketFrames& frames, Packet& packet, std::size_t count) {
    PieceList claims;
    while (claims.size() < count) {
        const auto back = end.take_back();
        if (!back) break;
        claims.append(*back);
    }
    const std::size_t adopted = packet.adopt(frames, end.tag(), claims.pieces());
    for (const Descriptor& claim : claims.pieces().subspan(adopted)) end.discard(claim);
}

/// Copies the source into frames of the sender; on error nothing is held.
Result<> gather(WireEnd end, PacketFrames& frames, PacketSource& source, Packet& packet) {
    const std::size_t count = mm::PageCount::for_bytes(source.remaining()).raw();
    start_with_returned(end, frames, packet, count);
    for (std::size_t i = 0; i < count; ++i) {
        if (i == packet.size()) {
            auto frame = take_frame(end, frames);
            if (!frame) {
                packet.recycle(frames);
                return fail(frame.error());
            }
            packet.append(std::move(*frame), {});
        }
        PacketPiece& piece = packet.pieces()[i];
        piece.extent = {0, std::min<std::size_t>(source.remaining(), mm::page_size)};
        fill_frame(piece.frame.bytes(), piece.frame.dirty(), piece.extent, source);
        piece.frame.set_dirty(piece.extent);
    }
    return {};
}

/// Gives the frames up, then shows their numbers to the receiver: in this order, or it could map a frame
/// that the sender can still write.
Result<> pass_on(WireEnd end, PacketFrames& frames, Packet& packet) {
    PieceList list;
    for (PacketPiece& piece : packet.pieces()) {
        list.append(
            Descriptor::of_frame(piece.frame.release(), piece.extent.begin, piece.extent.size(), packet.checksums()));
    }
    packet.clear();
    frames.store().disown_all(FrameNumbers(list.pieces()).all(), end.tag());
    auto sent = end.send(list.pieces());
    if (!sent) {
        // Only the peer's going away comes in between reserve() and here. Nobody will receive these.
        for (const Descriptor& piece : list.pieces()) end.discard(piece);
        return sent;
    }
    kernel::count(Event::PacketsSent);
    return {};
}

/// A packet that fits one frame, which most do: as gather() and pass_on().
Result<> send_one(WireEnd end, PacketFrames& frames, PacketSource& source, std::size_t bytes) {
    auto frame = take_frame(end, frames);
    if (!frame) return fail(frame.error());
    fill_frame(frame->bytes(), frame->dirty(), {0, bytes}, source);
    frame->set_dirty({0, bytes});
    const auto piece = Descriptor::of_frame(frame->pfn(), 0, bytes, source.checksums());
    frames.store().disown(std::move(*frame), end.tag());
    if (auto sent = end.send({&piece, 1}); !sent) {
        end.discard(piece);
        return sent;
    }
    kernel::count(Event::PacketsSent);
    return {};
}

} // namespace

Result<> Remap::send(WireEnd end, PacketFrames& frames, PacketSource& source) {
    const std::size_t bytes = source.remaining();
    if (bytes == 0 || bytes > max_packet_bytes) return fail(Error::InvalidArgument);
    TRY(end.reserve(mm::PageCount::for_bytes(bytes).raw()));
    kernel::count(Event::BytesCopied, bytes);
    if (bytes <= mm::page_size) return send_one(end, frames, source, bytes);
    Packet packet(source.checksums());
    TRY(gather(end, frames, source, packet));
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
