// SPDX-License-Identifier: MIT
#include "net/veth/segment_joiner.hpp"

#include <utility>

namespace net {

pbuf* SegmentJoiner::finish() {
    pbuf* const head = std::exchange(head_, nullptr);
    if (head == tail_) return head;
    // lwIP keeps in each pbuf the length of what begins with it.
    std::uint32_t rest = total_;
    for (pbuf* piece = head; piece != nullptr; piece = piece->next) {
        piece->tot_len = static_cast<u16_t>(rest);
        rest -= piece->len;
    }
    relabel_joined(
        std::span<std::byte, TcpSegment::headers>(static_cast<std::byte*>(head->payload), TcpSegment::headers),
        static_cast<std::uint16_t>(total_));
    return head;
}

} // namespace net
