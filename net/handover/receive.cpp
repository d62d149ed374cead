// SPDX-License-Identifier: MIT
#include "kernel/base/events.hpp"
#include "net/handover/handover.hpp"

#include <algorithm>
#include <array>

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

/// Takes in the frames of a packet of several pieces at once, as far as that goes.
void take_in_several(WireEnd end, PacketFrames& frames, const PieceList& list, Packet& packet) {
    std::array<mm::Pfn, max_packet_pieces> numbers;
    std::size_t count = 0;
    for (const Descriptor& piece : list.pieces()) {
        if (piece.carrier != Carrier::Frame) break;
        numbers[count++] = piece.pfn();
    }
    count = frames.store().adopt_some(std::span(numbers).first(count), end.tag());
    for (const Descriptor& piece : list.pieces().first(count)) {
        const Extent extent{piece.offset, std::size_t{piece.offset} + piece.length};
        packet.append(frames.store().frame(piece.pfn(), end.tag(), extent), extent);
    }
}

/// For each frame that came in, one that is not needed goes back to the sender, for its next packets. What it
/// holds, that side sent itself: nothing needs zeroing, nothing goes through the allocators.
void give_back_spent(WireEnd end, PacketFrames& frames, std::size_t count) {
    PieceList list;
    std::array<mm::Pfn, max_packet_pieces> numbers;
    for (std::size_t room = std::min(count, end.room_for_spent()); room > 0; --room) {
        PacketFrame frame = frames.take_spent(end.tag());
        if (!frame) break;
        const Extent content = frame.dirty();
        clear_headers(frame.bytes(), content);
        const mm::Pfn pfn = frame.release();
        numbers[list.size()] = pfn;
        list.append(Descriptor::of_frame(pfn, content.begin, content.size()));
    }
    if (list.empty()) return;
    frames.store().disown_all(std::span(numbers).first(list.size()), end.tag());
    for (const Descriptor& piece : list.pieces()) {
        const auto given = end.give_back(piece);
        kernel::ensure(given.has_value(), "a used frame's extent is well-formed, and there was room");
    }
}

/// The same for one frame, as most packets have.
void give_back_one(WireEnd end, PacketFrames& frames) {
    if (end.room_for_spent() == 0) return;
    PacketFrame frame = frames.take_spent(end.tag());
    if (!frame) return;
    const Extent content = frame.dirty();
    clear_headers(frame.bytes(), content);
    const auto piece = Descriptor::of_frame(frame.pfn(), content.begin, content.size());
    frames.store().disown(std::move(frame), end.tag());
    const auto given = end.give_back(piece);
    kernel::ensure(given.has_value(), "a used frame's extent is well-formed, and there was room");
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
        packet.append(std::move(*frame), {piece.offset, std::size_t{piece.offset} + piece.length});
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
