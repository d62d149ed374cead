// SPDX-License-Identifier: MIT
#pragma once

#include "net/handover/packet.hpp"
#include "net/handover/packet_source.hpp"

namespace net {

/// A packet that lies in frames of this namespace, read as a source. The packet stays where it is.
class PacketReader final : public PacketSource {
public:
    explicit PacketReader(Packet& packet) : packet_(packet) { rewind(); }
    std::size_t remaining() const override { return remaining_; }
    void read(std::span<std::byte> out) override;
    Checksums checksums() const override { return packet_.checksums(); }
    void rewind() override;

private:
    Packet& packet_;
    std::span<PacketPiece> pieces_; ///< not wholly read
    std::size_t consumed_ = 0;      ///< bytes read of the first of them
    std::size_t remaining_ = 0;
};

} // namespace net
