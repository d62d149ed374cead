// SPDX-License-Identifier: MIT
#include "kernel/base/events.hpp"
#include "net/handover/handover.hpp"

#include <algorithm>

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
    const Extent extent = extent_of(piece);
    fill_frame(frame.bytes(), frame.dirty(), extent, source);
    frame.set_dirty(extent);
    end.incoming_bounce().release(piece.index, piece.offset, piece.length);
    kernel::count(Event::BytesCopied, piece.length);
    return frame;
}

Result<PacketFrame> take_in(WireEnd end, PacketFrames& frames, const Descriptor& piece) {
    if (piece.carrier == Carrier::Bounce) return copy_out(end, frames, piece);
    return frames.store().adopt(piece.pfn(), end.tag(), extent_of(piece));
}

/// Takes in the frames of a packet of several pieces at once, as far as that goes.
void take_in_several(WireEnd end, PacketFrames& frames, const PieceList& list, Packet& packet) {
    const auto pieces = list.pieces();
    const auto bounced =
        std::ranges::find_if(pieces, [](const Descriptor& piece) { return piece.carrier == Carrier::Bounce; });
    packet.adopt(frames, end.tag(), {pieces.begin(), bounced});
}

/// What the sender is told of a frame that goes back to it.
Descriptor describe_spent(const PacketFrame& frame) {
    clear_headers(frame.bytes(), frame.dirty());
    return Descriptor::of_frame(frame.pfn(), frame.dirty().begin, frame.dirty().size());
}

void hand_back(WireEnd end, const Descriptor& piece) {
    const auto given = end.give_back(piece);
    kernel::ensure(given.has_value(), "a used frame's extent is well-formed, and there was room");
}

/// For each frame that came in, one that is not needed goes back to the sender, for its next packets. What it
/// holds, that side sent itself: nothing needs zeroing, nothing goes through the allocators.
void give_back_spent(WireEnd end, PacketFrames& frames, std::size_t count) {
    PieceList list;
    for (std::size_t room = std::min(count, end.room_for_spent()); room > 0; --room) {
        PacketFrame frame = frames.take_spent(end.tag());
        if (!frame) break;
        list.append(describe_spent(frame));
        static_cast<void>(frame.release());
    }
    if (list.empty()) return;
    frames.store().disown_all(FrameNumbers(list.pieces()).all(), end.tag());
    for (const Descriptor& piece : list.pieces()) hand_back(end, piece);
}

/// The same for one frame, as most packets have: a tenth of what such a packet costs is saved.
void give_back_one(WireEnd end, PacketFrames& frames) {
    if (end.room_for_spent() == 0) return;
    PacketFrame frame = frames.take_spent(end.tag());
    if (!frame) return;
    const Descriptor piece = describe_spent(frame);
    frames.store().disown(std::move(frame), end.tag());
    hand_back(end, piece);
}

} // namespace

Result<> receive_packet(WireEnd end, PacketFrames& frames, Packet& packet) {
    PieceList list;
    TRY(end.receive(list));
    packet.set_checksums(list.pieces().front().checksums);
    if (list.size() > 1) take_in_several(end, frames, list, packet);
    for (std::size_t i = packet.size(); i < list.size(); ++i) {
        const Descriptor& piece = list.pieces()[i];
        auto frame = take_in(end, frames, piece);
        if (!frame) [[unlikely]] {
            // Whole or not at all: what was taken is recycled, what was not goes back where it belongs.
            packet.recycle(frames);
            for (const Descriptor& rest : list.pieces().subspan(i)) end.discard(rest);
            end.count_refused();
            kernel::count(Event::PacketsDropped);
            return fail(frame.error());
        }
        packet.append(std::move(*frame), extent_of(piece));
    }
    if (packet.size() == 1) {
        give_back_one(end, frames);
    } else {
        give_back_spent(end, frames, packet.size());
    }
    kernel::count(Event::PacketsReceived);
    return {};
}

Result<Packet> receive_packet(WireEnd end, PacketFrames& frames) {
    Packet packet;
    TRY(receive_packet(end, frames, packet));
    return packet;
}

} // namespace net
