// SPDX-License-Identifier: MIT
#include "kernel/base/events.hpp"
#include "net/handover/handover.hpp"

namespace net {

using kernel::Error;
using kernel::Event;
using kernel::fail;
using kernel::Result;

namespace {

[[gnu::noinline]] Result<PacketFrame> copy_out(WireEnd end, PacketFrames& frames, const Descriptor& piece) {
    const auto slot_number = static_cast<std::uint32_t>(piece.index);
    const auto slot = TRY(end.incoming_bounce().bytes(slot_number));
    PacketFrame frame = TRY(frames.take());
    SpanSource source{slot.subspan(piece.offset, piece.length)};
    const Extent extent = extent_of(piece);
    fill_frame(frame.bytes(), frame.dirty(), extent, source);
    frame.set_dirty(extent);
    end.incoming_bounce().release(slot_number, piece.offset, piece.length);
    kernel::count(Event::BytesCopied, piece.length);
    return frame;
}

/// For a block that came in, one of its size that is not needed goes back to the sender, for its next packets. What it
/// holds, that side sent itself: nothing needs zeroing, nothing goes through the allocators.
[[gnu::noinline]] void give_back_spent(WireEnd end, PacketFrames& frames, BlockClass size) {
    if (end.room_for_spent() == 0) return;
    PacketFrame frame = frames.take_spent(end.tag(), size);
    if (!frame) return;
    clear_headers(frame.bytes(), frame.dirty());
    const auto claim = Descriptor::of_frame(frame.pfn(), frame.dirty().begin, frame.dirty().size());
    const mm::PageRun block = frame.release();
    frames.store().disown({&block, 1}, end.tag());
    const auto given = end.give_back(claim);
    kernel::ensure(given.has_value(), "a used block's extent is well-formed, and there was room");
}

/// The whole block that a piece lies in.
Result<PacketFrame> adopt(WireEnd end, PacketFrames& frames, const Descriptor& piece) {
    auto frame = frames.store().adopt(piece.pfn(), end.tag(), extent_of(piece));
    if (frame) [[likely]] {
        const auto size = class_of(frame->order());
        if (size && frames.has_surplus(*size)) give_back_spent(end, frames, *size);
    }
    return frame;
}

/// A piece that others are said to follow in the same block.
[[gnu::noinline]] Result<PacketFrame> begin_block(WireEnd end, Inbox& inbox, PacketFrames& frames,
                                                  const Descriptor& piece) {
    auto frame = adopt(end, frames, piece);
    if (frame) {
        frame = inbox.begin(frames, std::move(*frame), piece);
        if (!frame) inbox.miss(piece.pfn());
    }
    return frame;
}

/// Takes one more piece of `packet`. NotFound: its block could not be taken over earlier and is gone; the number may
/// be a new block's by now.
Result<> receive_piece(WireEnd end, Inbox& inbox, PacketFrames& frames, Descriptor piece, Packet& packet) {
    const auto append = [&](Result<PacketFrame> frame) -> Result<> {
        if (!frame) return fail(frame.error());
        packet.append(std::move(*frame), extent_of(piece));
        return {};
    };
    if (piece.carrier == Carrier::Bounce) return append(copy_out(end, frames, piece));
    if (inbox.continues(piece)) return append(inbox.take(frames, piece));
    inbox.leave(frames);
    if (inbox.missed(piece)) return fail(Error::NotFound);
    if (piece.block == Block::Continued) return append(begin_block(end, inbox, frames, piece));
    return append(adopt(end, frames, piece));
}

/// Whole or not at all: those pieces of a packet that were not taken go back where they belong.
/// `first_error`: what the piece's block could not be taken over for.
[[gnu::noinline]] Result<> refuse(WireEnd end, Inbox& inbox, std::span<const Descriptor> left, Error why,
                                  Error first_error) {
    if (why == Error::NotFound) {
        left = left.subspan(1);
        why = first_error;
    } else if (const Descriptor& last = left.back(); last.carrier == Carrier::Frame && last.block == Block::Continued) {
        inbox.miss(last.pfn()); // more packets are said to lie there
    }
    end.discard(left);
    end.count_refused();
    kernel::count(Event::PacketsDropped);
    return fail(why);
}

} // namespace

Result<> receive_packet(WireEnd end, Inbox& inbox, PacketFrames& frames, Packet& packet) {
    PieceList list;
    TRY(end.receive(list));
    packet.set_checksums(list.pieces().front().checksums);
    Error first_error = Error::Refused;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto received = receive_piece(end, inbox, frames, list.pieces().data()[i], packet);
        if (received) [[likely]]
            continue;
        if (frames.drain_for(received.error())) {
            first_error = received.error();
            --i; // once more, without a stock
            continue;
        }
        packet.recycle(frames);
        return refuse(end, inbox, list.pieces().subspan(i), received.error(), first_error);
    }
    kernel::count(Event::PacketsReceived);
    return {};
}

Result<Packet> receive_packet(WireEnd end, Inbox& inbox, PacketFrames& frames) {
    Packet packet;
    TRY(receive_packet(end, inbox, frames, packet));
    return packet;
}

} // namespace net
