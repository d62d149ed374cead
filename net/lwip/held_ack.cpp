// SPDX-License-Identifier: MIT
#include "net/lwip/held_ack.hpp"

#include "net/lwip/instance.hpp"

#include <arch/cc.h>
#include <lwip/priv/tcp_priv.h>

#include <utility>

namespace net {

LACUNA_PER_NAMESPACE HeldAck held_ack;

void HeldAck::segment(tcp_pcb& pcb, const pbuf& data) {
    if (behind_ == Behind::Nothing || (held_ != nullptr && held_ != &pcb)) {
        if (data.next != nullptr) tcp_set_flags(&pcb, TF_ACK_DELAY);
        return;
    }
    held_ = &pcb;
    // With the flag set lwIP would answer this segment at once; it sets it again, so the debt is not forgotten.
    tcp_clear_flags(&pcb, TF_ACK_DELAY);
}

void HeldAck::release() {
    // The connection may have ended meanwhile, and its control block with it. It is the first of the list as a
    // rule: lwIP moves the one that it received for to the front.
    const tcp_pcb* const held = std::exchange(held_, nullptr);
    for (tcp_pcb* pcb = tcp_active_pcbs; pcb != nullptr; pcb = pcb->next) {
        if (pcb != held) continue;
        if ((pcb->flags & TF_ACK_DELAY) == 0) return;
        tcp_clear_flags(pcb, TF_ACK_DELAY);
        tcp_ack_now(pcb);
        tcp_output(pcb);
        return;
    }
}

} // namespace net

extern "C" std::int8_t lacuna_lwip_tcp_segment(tcp_pcb* pcb, const pbuf* segment) {
    // Listening control blocks come here too; they are smaller.
    if (segment->tot_len > 0 && pcb->state == ESTABLISHED) net::held_ack.segment(*pcb, *segment);
    return ERR_OK;
}
