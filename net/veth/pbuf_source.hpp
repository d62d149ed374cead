// SPDX-License-Identifier: MIT
#pragma once

#include "net/handover/packet_source.hpp"

#include <lwip/pbuf.h>

namespace net {

/// A packet as lwIP has it: a chain of pbufs, which stays the stack's (TCP keeps it for retransmission).
class PbufSource final : public PacketSource {
public:
    explicit PbufSource(const pbuf& first) : first_(first) { rewind(); }
    std::size_t remaining() const override { return remaining_; }
    void read(std::span<std::byte> out) override;
    void rewind() override;

private:
    const pbuf& first_;
    const pbuf* at_ = nullptr;
    std::size_t consumed_ = 0;  ///< bytes read of *at_
    std::size_t remaining_ = 0;
};

} // namespace net
