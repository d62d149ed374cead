// SPDX-License-Identifier: MIT
#pragma once

#include "net/handover/packet_source.hpp"

#include <lwip/pbuf.h>

namespace net {

/// A packet as lwIP has it: a chain of pbufs, which stays the stack's (TCP keeps it for retransmission).
class PbufSource final : public PacketSource {
public:
    /// `header` comes in front of the pbufs' bytes.
    PbufSource(const pbuf& first, Checksums checksums, std::span<const std::byte> header = {})
        : first_(first), checksums_(checksums), header_(header) {
        rewind();
    }
    std::size_t remaining() const override { return remaining_; }
    void read(std::span<std::byte> out) override;
    Checksums checksums() const override { return checksums_; }
    void rewind() override;

private:
    const pbuf& first_;
    Checksums checksums_;
    std::span<const std::byte> header_;
    std::span<const std::byte> header_left_; ///< not yet read
    const pbuf* at_ = nullptr;
    std::size_t consumed_ = 0; ///< bytes read of *at_
    std::size_t remaining_ = 0;
};

} // namespace net
