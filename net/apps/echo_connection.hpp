// SPDX-License-Identifier: MIT
#pragma once

#include <lwip/tcp.h>

namespace net {

/// One TCP connection to the echo server. What cannot be sent yet waits here; the peer's window opens
/// again only for what was sent, so a peer that does not read what comes back stops being read.
///
/// In the namespace's exclusive heap; runs in lwIP's callbacks, with the core lock held.
class EchoConnection {
public:
    /// tcp_accept's callback.
    static err_t accept(void* argument, tcp_pcb* pcb, err_t error);

private:
    explicit EchoConnection(tcp_pcb* pcb) : pcb_(pcb) {}

    static err_t received(void* self, tcp_pcb* pcb, pbuf* data, err_t error);
    static err_t sent(void* self, tcp_pcb* pcb, u16_t bytes);
    static err_t polled(void* self, tcp_pcb* pcb);
    static void failed(void* self, err_t error);

    /// Sends what is queued, as far as it goes, and closes when the peer has finished; the object is gone
    /// then. Returns what the callback is to return to lwIP.
    err_t advance();
    /// Closes the connection and frees the object. ERR_ABRT if it had to be reset.
    err_t destroy();

    tcp_pcb* pcb_;
    pbuf* queue_ = nullptr; ///< bounded by the receive window; its tot_len may have wrapped
    bool peer_finished_ = false;
};

} // namespace net
