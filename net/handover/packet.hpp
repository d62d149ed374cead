// SPDX-License-Identifier: MIT
#pragma once

#include "net/handover/packet_frame.hpp"
#include "net/wire/descriptor.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>

namespace net {

class PacketFrames;

/// Where in its block the piece lies that a descriptor describes.
constexpr Extent extent_of(const Descriptor& piece) { return {piece.offset, piece.end()}; }

/// One frame of a packet and where in it the packet's bytes lie.
struct PacketPiece {
    PacketFrame frame;
    Extent extent;
    std::span<std::byte> bytes() const { return {frame.bytes().data() + extent.begin, extent.size()}; }
};

/// A whole packet in frames of this namespace, in order. Must be emptied before it goes: its frames are
/// wrapped for lwIP, sent on, or recycled.
class Packet {
public:
    explicit Packet(Checksums checksums = Checksums::Computed) : checksums_(checksums) {}
    Packet(Packet&& from) noexcept : checksums_(from.checksums_) {
        for (PacketPiece& piece : from.pieces()) append(std::move(piece.frame), piece.extent);
        from.clear();
    }
    Packet& operator=(Packet&&) = delete;
    ~Packet() { clear(); }

    /// Precondition: size() < max_packet_pieces.
    void append(PacketFrame&& frame, Extent extent) {
        std::construct_at(first() + count_, std::move(frame), extent);
        ++count_;
    }
    std::span<PacketPiece> pieces() { return {first(), count_}; }
    /// What the sender said of the transport checksum.
    Checksums checksums() const { return checksums_; }
    void set_checksums(Checksums checksums) { checksums_ = checksums; }
    std::size_t size() const { return count_; }
    bool empty() const { return count_ == 0; }
    std::size_t bytes() {
        std::size_t sum = 0;
#pragma clang loop unroll(disable) vectorize(disable)
        for (const PacketPiece& piece : pieces()) sum += piece.extent.size(); // one or two
        return sum;
    }
    /// The frames have been moved out.
    void clear() {
        std::destroy_n(first(), count_);
        count_ = 0;
    }
    /// Puts all frames into the namespace's stock.
    void recycle(PacketFrames& frames);

private:
    PacketPiece* first() { return reinterpret_cast<PacketPiece*>(storage_.data()); }

    std::size_t count_ = 0;
    Checksums checksums_;
    /// The pieces. Raw, because most packets are of one piece and seventeen would be made for each.
    alignas(PacketPiece) std::array<std::byte, max_packet_pieces * sizeof(PacketPiece)> storage_;
};

} // namespace net
