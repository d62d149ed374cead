// SPDX-License-Identifier: MIT
#pragma once

#include "mm/addr.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace net {

/// How the bytes of a descriptor travel.
enum class Carrier : std::uint8_t {
    Frame,  ///< `index` is the number of the first frame of a block that changes its owner
    Bounce, ///< `index` is a slot of the wire's shared bounce buffer
};

/// Whether more of the same packet follows.
enum class Position : std::uint8_t { Last, More };

/// What is known of the TCP or UDP checksum inside a packet.
enum class Checksums : std::uint8_t {
    Computed, ///< it is there, and the receiver checks it
    Deferred, ///< it may be missing: the packet was never outside this machine. Who sends it out fills it in
};

/// Whether the next piece, of this packet or of the next one, lies in the same block.
enum class Block : std::uint8_t { Left, Continued };

/// The largest block of frames that crosses a wire, in bytes.
inline constexpr std::size_t max_block_bytes = 64 * 1024;

/// One piece of a packet on a wire. It lies in shared memory, so the receiver takes it for a claim,
/// not for a fact: `well_formed` first, then the frame table decides.
struct alignas(8) Descriptor {
    std::uint64_t index : 27;  ///< what `carrier` says
    std::uint64_t offset : 16; ///< bytes, from the start of the block or slot
    std::uint64_t length : 17; ///< bytes, 1 .. max_block_bytes
    Carrier carrier : 1;
    Position position : 1;
    Checksums checksums : 1; ///< of the whole packet; the first piece's counts
    Block block : 1;

    static constexpr Descriptor of_frame(mm::Pfn pfn, std::size_t offset, std::size_t length) {
        return {pfn.raw(), offset, length, Carrier::Frame, Position::Last, Checksums::Computed, Block::Left};
    }
    static constexpr Descriptor of_slot(std::uint32_t slot, std::size_t length) {
        return {slot, 0, length, Carrier::Bounce, Position::Last, Checksums::Computed, Block::Left};
    }
    constexpr mm::Pfn pfn() const { return mm::Pfn{index}; }
    constexpr std::size_t end() const { return std::size_t{offset} + length; }
    constexpr bool operator==(const Descriptor&) const = default;
};

/// True if the piece lies within a block or slot.
constexpr bool well_formed(const Descriptor& piece) {
    return piece.length > 0 && piece.end() <= (piece.carrier == Carrier::Frame ? max_block_bytes : mm::page_size);
}

static_assert(sizeof(Descriptor) == 8, "one load, one store");
static_assert(well_formed(Descriptor::of_frame(mm::Pfn{7}, 0, 65536)));
static_assert(!well_formed(Descriptor::of_frame(mm::Pfn{7}, 1, 65536)));
static_assert(!well_formed(Descriptor::of_frame(mm::Pfn{7}, 4095, 0)));
static_assert(!well_formed(Descriptor::of_slot(7, 4097)));
static_assert(Descriptor::of_frame(mm::Pfn{(1U << 27) - 1}, 0, 1).pfn() == mm::Pfn{(1U << 27) - 1},
              "as many frames as one top-level entry maps: 512 GiB");

/// The largest packet a wire carries: the largest IP packet behind an Ethernet header. In 17 single frames, or in
/// 18 if it does not start at a frame's first byte.
inline constexpr std::size_t max_packet_bytes = 65535 + 14;
inline constexpr std::size_t max_packet_pieces = max_packet_bytes / mm::page_size + 2;

/// Says in each piece of a packet whether more of it follows. Precondition: there is one, and each was made as the
/// last.
constexpr void end_packet(std::span<Descriptor> pieces) {
    for (Descriptor& piece : pieces.first(pieces.size() - 1)) piece.position = Position::More;
}

/// The pieces of one packet, in order. A value in its user's own memory: checks made on it hold.
class PieceList {
public:
    constexpr PieceList() {} // pieces_ is written before it is read: this is on every packet's way

    /// Precondition: size() < max_packet_pieces.
    constexpr void append(const Descriptor& piece) { pieces_.data()[count_++] = piece; }
    constexpr void clear() { count_ = 0; }
    /// One piece is all there is.
    constexpr void assign(const Descriptor& piece) {
        pieces_.data()[0] = piece;
        count_ = 1;
    }
    /// The packet is complete. Precondition: !empty().
    constexpr void end_packet() { net::end_packet({pieces_.data(), count_}); }
    constexpr bool full() const { return count_ == max_packet_pieces; }
    constexpr bool empty() const { return count_ == 0; }
    constexpr std::size_t size() const { return count_; }
    constexpr std::span<const Descriptor> pieces() const { return {pieces_.data(), count_}; }
    /// Bytes of the whole packet.
    constexpr std::size_t bytes() const {
        std::size_t sum = 0;
        for (const Descriptor& piece : pieces()) sum += piece.length;
        return sum;
    }

private:
    std::array<Descriptor, max_packet_pieces> pieces_;
    std::size_t count_ = 0;
};

} // namespace net
