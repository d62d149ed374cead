// SPDX-License-Identifier: MIT
#pragma once

#include "net/veth/tcp_segment.hpp"

#include <lwip/netif.h>
#include <lwip/pbuf.h>

namespace net {

/// Joins TCP segments that follow one another in one batch into one, before lwIP sees them (what Linux calls
/// GRO): its work is for each segment, and each would be acknowledged on its own. Each has crossed the wire on
/// its own; the joined one is a chain of their frames, and no byte is copied. What does not fit is never
/// held up or reordered: the chain goes first. Nothing is kept beyond the batch.
///
/// Lies in the interface, under the namespace's core lock.
class SegmentJoiner {
public:
    bool empty() const { return head_ == nullptr; }

    /// Whether a segment can be put behind the chain.
    bool accepts(const TcpSegment& segment) const {
        return head_ != nullptr && last_.is_followed_by(segment) && total_ + segment.data_bytes <= 0xffff;
    }
    /// Begins a chain with a whole packet. Precondition: empty().
    void begin(pbuf* packet, const TcpSegment& segment) {
        head_ = tail_ = packet;
        last_ = segment;
        total_ = packet->tot_len;
    }
    /// Puts the data of a segment, without its headers, behind the chain. Precondition: accepts(segment).
    void append(pbuf* data, const TcpSegment& segment) {
        tail_->next = data;
        tail_ = data;
        last_ = segment;
        total_ += segment.data_bytes;
    }
    /// Ends the chain and returns its first pbuf, which is the caller's. Precondition: !empty().
    pbuf* finish();

private:
    pbuf* head_ = nullptr;
    pbuf* tail_ = nullptr;
    std::uint32_t total_ = 0; ///< bytes of the joined IP packet
    TcpSegment last_{};
};

} // namespace net
