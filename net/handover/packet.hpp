// SPDX-License-Identifier: MIT
#pragma once

#include "net/handover/packet_frame.hpp"
#include "net/wire/descriptor.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace net {

class PacketFrames;

/// One frame of a packet and where in it the packet's bytes lie.
struct PacketPiece {
    PacketFrame frame;
    Extent extent;
    std::span<std::byte> bytes() const { return frame.bytes().subspan(extent.begin, extent.size()); }
};

/// A whole packet in frames of this namespace, in order. Must be emptied before it goes: its frames are
/// wrapped for lwIP, sent on, or recycled.
class Packet {
public:
    Packet() = default;
    Packet(Packet&&) = default;
    Packet& operator=(Packet&&) = default;

    /// Precondition: size() < max_packet_pieces.
    void append(PacketFrame&& frame, Extent extent) {
        pieces_[count_].frame = std::move(frame);
        pieces_[count_].extent = extent;
        ++count_;
    }
    std::span<PacketPiece> pieces() { return {pieces_.data(), count_}; }
    std::size_t size() const { return count_; }
    bool empty() const { return count_ == 0; }
    std::size_t bytes() const {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < count_; ++i) sum += pieces_[i].extent.size();
        return sum;
    }
    /// The frames have been moved out.
    void clear() { count_ = 0; }
    /// Puts all frames into the namespace's stock.
    void recycle(PacketFrames& frames);

private:
    std::array<PacketPiece, max_packet_pieces> pieces_{};
    std::size_t count_ = 0;
};

} // namespace net
