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
        : PacketSource(header.size() + first.tot_len, checksums), header_(header), first_(&first), at_(&first) {}

private:
    void copy(std::span<std::byte> out) override;
    void copy_across(std::span<std::byte> out);
    void restart() override;
    const std::byte* next() const { return static_cast<const std::byte*>(at_->payload) + consumed_; }

    std::span<const std::byte> header_;
    std::size_t header_read_ = 0; ///< bytes of it
    const pbuf* first_;
    const pbuf* at_;
    std::size_t consumed_ = 0; ///< bytes read of *at_
};

} // namespace net
