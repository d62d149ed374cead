// SPDX-License-Identifier: MIT
#include "net/handover/outbox.hpp"

#include "kernel/base/events.hpp"

#include <algorithm>

namespace net {

using kernel::Event;
using kernel::Result;

/// Takes a block for the next piece. The one before is full, or has no room for the whole of a packet.
Result<> Outbox::begin_block(std::size_t left) {
    BlockClass size = class_for(left);
    if (open_) {
        // One packet after another of about this size: there may be many.
        const bool of_a_kind = class_for(pieces_.data()[count_ - 1].length) == size;
        if (count_ == began_ && of_a_kind) size = std::max(size, next_larger(*class_of(open_.order())));
        seal();
        if (open_began_ < began_) began_block_ = blocks_; // it was other packets'
    }
    open_began_ = count_;
    filled_ = 0;
    if (frames_.take_stocked(size, open_)) [[likely]]
        return {};
    const auto taken = take(size);
    return taken || size == BlockClass::Small ? taken : take(BlockClass::Small);
}

/// A block to put packets in: one that the receiver gave back, else a new one.
Result<> Outbox::take(BlockClass size) {
    while (const auto back = end_->take_back()) {
        const auto adopt = [&] { return frames_.store().adopt(back->pfn(), end_->tag(), {back->offset, back->end()}); };
        auto adopted = adopt();
        if (!adopted && frames_.drain_for(adopted.error())) adopted = adopt();
        if (!adopted) {
            end_->discard(*back);
        } else if (adopted->order() == order_of(size)) {
            open_ = std::move(*adopted);
            return {};
        } else {
            frames_.put(std::move(*adopted));
        }
    }
    open_ = TRY(frames_.allocate(size));
    return {};
}

void Outbox::add_slot(std::uint32_t slot, std::size_t length) { append(Descriptor::of_slot(slot, length)); }

void Outbox::add_block(PacketFrame&& frame, Extent extent) {
    seal();
    if (count_ == began_) began_block_ = blocks_;
    clear_outside(frame.bytes(), frame.dirty(), extent);
    append(Descriptor::of_frame(frame.pfn(), extent.begin, extent.size()));
    sealed_.data()[blocks_++] = frame.release();
}

void Outbox::abandon() {
    release_slots(std::span(pieces_).subspan(began_, count_ - began_));
    // Only a packet that begins in a block of its own goes on in others: what was begun or sealed since is its alone.
    if (open_ && open_began_ >= began_) {
        open_.set_dirty(hull(open_.dirty(), {0, filled_}));
        frames_.put(std::move(open_));
    }
    for (const mm::PageRun& block : std::span(sealed_).subspan(began_block_, blocks_ - began_block_))
        frames_.store().free(block.first);
    count_ = began_;
    blocks_ = began_block_;
}

void Outbox::release_slots(std::span<const Descriptor> pieces) {
    for (const Descriptor& piece : pieces) {
        if (piece.carrier == Carrier::Bounce)
            end_->outgoing_bounce().release(static_cast<std::uint32_t>(piece.index), piece.offset, piece.length);
    }
}

void Outbox::flush() {
    if (empty()) return;
    seal();
    const std::span blocks = std::span(sealed_).first(blocks_);
    const std::span pieces = std::span(pieces_).first(count_);
    // Gives the blocks up, then shows their numbers to the receiver: in this order, or it could map a frame that the
    // sender can still write.
    if (!blocks.empty()) frames_.store().disown(blocks, end_->tag());
    if (end_->send(pieces)) {
        kernel::count(Event::PacketsSent, packets_);
    } else {
        // Only the peer's going away comes in between reserve() and here. Nobody will receive these.
        for (const mm::PageRun& block : blocks) end_->discard(Descriptor::of_frame(block.first, 0, 1));
        release_slots(pieces);
        kernel::count(Event::PacketsDropped, packets_);
    }
    count_ = blocks_ = packets_ = 0;
}

} // namespace net
