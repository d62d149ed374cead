// SPDX-License-Identifier: MIT
#pragma once

#include "net/handover/packet_frames.hpp"
#include "net/wire/wire_end.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace net {

/// Packets of a namespace that are about to go onto one wire, together: one unmapping, one wake-up, and as many of them
/// in a block as fit. Until flush() everything still is the sender's.
///
///     a first, small packet:   | p1 |          4 KiB, and more behind it as long as it fits
///     then, of about that size | p3 | p4 | ..  16 KiB, and then 64 KiB for each next block
///     a large one              | p9 (beginning)            |  | p9 (end) |
///
/// Each packet begins at a multiple of 8, and the gap before it is zero.
///
/// Lies in the namespace's own memory. Context: a thread of the namespace, under its core lock.
class Outbox {
public:
    /// Pieces that wait at most.
    static constexpr std::size_t capacity = 96;

    explicit Outbox(PacketFrames& frames) : frames_(frames) {}
    /// Precondition: empty().
    ~Outbox() { kernel::ensure(empty(), "an outbox is flushed before it goes"); }
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    PacketFrames& frames() { return frames_; }
    bool empty() const { return count_ == 0; }

    /// Begins a packet of at most `pieces`, of which `checksums` is true. What waits for another wire, or leaves no
    /// room for this one, is flushed. Errors: NoSpace (the wire is full), Closed. Precondition: pieces <=
    /// max_packet_pieces; the last packet was ended or abandoned.
    kernel::Result<> begin(WireEnd end, std::size_t pieces, Checksums checksums);
    /// Room for what comes next of the packet, of which `left` bytes are to come, this included: as much of them as
    /// lies in one block. Write all of it before the next call. Errors: OutOfMemory, DomainLimit; then abandon().
    kernel::Result<std::span<std::byte>> place(std::size_t left);
    /// Adds a piece that lies in the wire's bounce buffer.
    void add_slot(std::uint32_t slot, std::size_t length);
    /// Adds a whole block as it is, with what is in `extent`; the rest is zeroed.
    void add_block(PacketFrame&& frame, Extent extent);
    /// The packet is complete.
    void end_packet();
    /// Takes everything back since begin().
    void abandon();

    /// Hands over what waits. If the peer has gone, it is lost.
    void flush();

private:
    static constexpr std::size_t alignment = 8;

    void start(WireEnd end) {
        end_ = end;
        packing_ = end.packing();
    }
    /// How much room a piece of `left` bytes would have in the open block.
    std::size_t room() const { return open_.size() - filled_; }
    kernel::Result<> begin_block(std::size_t left);
    kernel::Result<> take(BlockClass size);
    /// Nothing more is put in the open block.
    void seal() {
        if (!open_) return;
        clear_outside(open_.bytes(), open_.dirty(), {0, filled_});
        sealed_.data()[blocks_++] = open_.release();
    }
    void append(Descriptor piece) {
        piece.checksums = checksums_;
        pieces_.data()[count_++] = piece;
    }
    void release_slots(std::span<const Descriptor> pieces);

    PacketFrames& frames_;
    std::optional<WireEnd> end_;
    std::size_t count_ = 0;   ///< pieces
    std::size_t blocks_ = 0;  ///< sealed ones
    std::size_t packets_ = 0; ///< complete ones
    std::size_t began_ = 0;   ///< the first piece of the packet that is being built
    std::size_t began_block_ = 0;
    Packing packing_ = Packing::Alone;
    Checksums checksums_ = Checksums::Computed; ///< of the packet that is being built

    PacketFrame open_;           ///< the block that packets are put in
    std::size_t filled_ = 0;     ///< bytes of it
    std::size_t open_began_ = 0; ///< the first piece in it
    std::size_t last_piece_ = 0; ///< the last one, if `filled_` is not 0

    std::array<Descriptor, capacity> pieces_;
    std::array<mm::PageRun, capacity> sealed_;
};

// Inline: on every packet's way.

inline kernel::Result<> Outbox::begin(WireEnd end, std::size_t pieces, Checksums checksums) {
    if (count_ != 0 && (count_ + pieces > capacity || *end_ != end)) flush();
    TRY(end.reserve(count_ + pieces));
    if (count_ == 0) start(end);
    began_ = count_;
    began_block_ = blocks_;
    checksums_ = checksums;
    return {};
}

inline kernel::Result<std::span<std::byte>> Outbox::place(std::size_t left) {
    if (!open_ || room() < left) TRY(begin_block(left));
    const std::span<std::byte> place(open_.bytes().data() + filled_, std::min(left, room()));
    // The last word of it, which the packet may not fill: what is left of it is zero.
    const std::size_t end = (filled_ + place.size() + alignment - 1) / alignment * alignment;
    __builtin_memset(open_.bytes().data() + end - alignment, 0, alignment);

    if (filled_ != 0) pieces_.data()[last_piece_].block = Block::Continued;
    last_piece_ = count_;
    append(Descriptor::of_frame(open_.pfn(), filled_, place.size()));
    filled_ = end;
    return place;
}

inline void Outbox::end_packet() {
    net::end_packet({pieces_.data() + began_, count_ - began_});
    ++packets_;
    if (packing_ == Packing::Alone) seal();
}

} // namespace net
