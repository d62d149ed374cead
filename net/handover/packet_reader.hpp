// SPDX-License-Identifier: MIT
#pragma once

#include "net/handover/packet.hpp"
#include "net/handover/packet_source.hpp"

namespace net {

/// A packet that lies in frames of this namespace, read as a source. The packet stays where it is.
class PacketReader final : public PacketSource {
public:
    explicit PacketReader(Packet& packet)
        : PacketSource(packet.bytes(), packet.checksums()), packet_(packet), pieces_(packet.pieces()) {}

private:
    void copy(std::span<std::byte> out) override;
    void restart() override;

    Packet& packet_;
    std::span<PacketPiece> pieces_; ///< not wholly read
    std::size_t consumed_ = 0;      ///< bytes read of the first of them
};

} // namespace net
