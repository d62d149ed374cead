// SPDX-License-Identifier: MIT
#include "net/apps/echo_connection.hpp"

#include <arch/cc.h>

#include <algorithm>
#include <new>

namespace net {

err_t EchoConnection::accept(void*, tcp_pcb* pcb, err_t error) {
    if (error != ERR_OK || pcb == nullptr) return ERR_VAL;
    void* block = lacuna_lwip_malloc(sizeof(EchoConnection));
    if (block == nullptr) return ERR_MEM; // lwIP resets the connection
    tcp_arg(pcb, new (block) EchoConnection(pcb));
    tcp_recv(pcb, &EchoConnection::received);
    tcp_sent(pcb, &EchoConnection::sent);
    tcp_poll(pcb, &EchoConnection::polled, 2);
    tcp_err(pcb, &EchoConnection::failed);
    return ERR_OK;
}

err_t EchoConnection::received(void* self, tcp_pcb*, pbuf* data, err_t) {
    auto& connection = *static_cast<EchoConnection*>(self);
    if (data == nullptr) {
        connection.peer_finished_ = true;
    } else if (connection.queue_ == nullptr) {
        connection.queue_ = data;
    } else {
        pbuf_cat(connection.queue_, data);
    }
    return connection.advance();
}

err_t EchoConnection::sent(void* self, tcp_pcb*, u16_t) { return static_cast<EchoConnection*>(self)->advance(); }

err_t EchoConnection::polled(void* self, tcp_pcb*) { return static_cast<EchoConnection*>(self)->advance(); }

void EchoConnection::failed(void* self, err_t) {
    auto& connection = *static_cast<EchoConnection*>(self);
    connection.pcb_ = nullptr; // lwIP has freed it
    connection.destroy();
}

err_t EchoConnection::advance() {
    while (queue_ != nullptr) {
        const u16_t bytes = static_cast<u16_t>(std::min<u32_t>(queue_->len, tcp_sndbuf(pcb_)));
        // Out of space or out of memory: sent() or, with nothing under way, polled() tries again.
        if (bytes == 0 || tcp_write(pcb_, queue_->payload, bytes, TCP_WRITE_FLAG_COPY) != ERR_OK) break;
        queue_ = pbuf_free_header(queue_, bytes);
        tcp_recved(pcb_, bytes);
    }
    tcp_output(pcb_);
    return peer_finished_ && queue_ == nullptr ? destroy() : err_t{ERR_OK};
}

err_t EchoConnection::destroy() {
    err_t closed = ERR_OK;
    if (pcb_ != nullptr) {
        tcp_arg(pcb_, nullptr);
        tcp_recv(pcb_, nullptr);
        tcp_sent(pcb_, nullptr);
        tcp_err(pcb_, nullptr);
        tcp_poll(pcb_, nullptr, 0);
        if (tcp_close(pcb_) != ERR_OK) {
            tcp_abort(pcb_);
            closed = ERR_ABRT;
        }
    }
    if (queue_ != nullptr) pbuf_free(queue_);
    this->~EchoConnection();
    lacuna_lwip_free(this);
    return closed;
}

} // namespace net
