// SPDX-License-Identifier: MIT
#pragma once

#include "net/handover/packet_frames.hpp"
#include "net/handover/shared_block.hpp"
#include "net/wire/descriptor.hpp"

#include <cstddef>
#include <optional>

namespace net {

/// What the receiver at one end of a wire has to remember from one packet to the next: the block that further packets
/// are said to lie in, and how far it has come in it. The sender is not believed: a packet that begins before the end
/// of the last one is none of the block's, or two packets could lie in the same bytes, and one stack's notes in the
/// other's headers.
///
/// Lies in the namespace's own memory. Context: that of receive_packet().
class Inbox {
public:
    Inbox() = default;
    Inbox(const Inbox&) = delete;
    Inbox& operator=(const Inbox&) = delete;
    ~Inbox() { kernel::ensure(block_ == nullptr, "an inbox is emptied before it goes"); }

    /// Whether the piece lies in the block that was begun, behind what has been taken of it.
    bool continues(const Descriptor& piece) const {
        return block_ != nullptr && block_->whole.pfn() == piece.pfn() && piece.offset >= end_ &&
               piece.end() <= block_->whole.size();
    }
    /// Takes the next piece. Precondition: continues(piece).
    PacketFrame take(PacketFrames& frames, const Descriptor& piece) {
        end_ = piece.end();
        // Ordering: relaxed, since the inbox is a user itself: the count cannot come down to nothing meanwhile.
        block_->users.fetch_add(1, std::memory_order_relaxed);
        SharedBlock& block = *block_;
        if (piece.block == Block::Left) leave(frames);
        return PacketFrame(block, block.whole, {piece.offset, piece.end()});
    }
    /// Begins a block whose first piece this is. On an error the block has gone to the stock.
    /// Errors: OutOfMemory, DomainLimit.
    kernel::Result<PacketFrame> begin(PacketFrames& frames, PacketFrame&& whole, const Descriptor& piece);
    /// No more pieces of the block are expected.
    void leave(PacketFrames& frames);

    /// A block that more pieces lie in could not be taken over, and went back: those pieces have nowhere to be.
    void miss(mm::Pfn block) { missed_ = block; }
    /// Whether the piece lies in such a block.
    bool missed(const Descriptor& piece);

private:
    SharedBlock* block_ = nullptr;
    std::size_t end_ = 0;
    std::optional<mm::Pfn> missed_;
};

} // namespace net
