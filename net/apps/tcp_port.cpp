// SPDX-License-Identifier: MIT
#include "net/apps/tcp_port.hpp"

#include <lwip/priv/tcp_priv.h>

namespace net {

using kernel::Error;
using kernel::fail;

namespace {

/// The first open connection made to `port`, from `pcb` on.
tcp_pcb* find_connection(tcp_pcb* pcb, std::uint16_t port) {
    while (pcb != nullptr && pcb->local_port != port) pcb = pcb->next;
    return pcb;
}

} // namespace

tcp_pcb_listen* find_listener(std::uint16_t port) {
    for (tcp_pcb_listen* pcb = tcp_listen_pcbs.listen_pcbs; pcb != nullptr; pcb = pcb->next) {
        if (pcb->local_port == port) return pcb;
    }
    return nullptr;
}

kernel::Result<> open_port(std::uint16_t port, tcp_accept_fn accepted) {
    tcp_pcb* pcb = tcp_new_ip_type(IPADDR_TYPE_ANY);
    if (pcb == nullptr) return fail(Error::OutOfMemory);
    if (tcp_bind(pcb, IP_ANY_TYPE, port) != ERR_OK) {
        tcp_abort(pcb);
        return fail(Error::Exists);
    }
    tcp_pcb* listener = tcp_listen_with_backlog(pcb, TCP_DEFAULT_LISTEN_BACKLOG);
    if (listener == nullptr) {
        tcp_abort(pcb);
        return fail(Error::OutOfMemory);
    }
    tcp_accept(listener, accepted);
    return {};
}

kernel::Result<> close_port(std::uint16_t port) {
    tcp_pcb_listen* listener = find_listener(port);
    if (listener == nullptr) return fail(Error::NotFound);
    // lwIP's own way to close a listening connection takes it for one of the larger kind, as its API
    // hands it out.
    tcp_close(reinterpret_cast<tcp_pcb*>(listener));
    // An error callback may change the list, so the search begins anew each time.
    while (tcp_pcb* pcb = find_connection(tcp_active_pcbs, port)) tcp_abort(pcb);
    // What waits in TIME-WAIT would keep the port from being opened again for a while.
    while (tcp_pcb* pcb = find_connection(tcp_tw_pcbs, port)) tcp_abort(pcb);
    return {};
}

bool port_is_open(std::uint16_t port) { return find_listener(port) != nullptr; }

unsigned connections_to(std::uint16_t port) {
    unsigned count = 0;
    for (tcp_pcb* pcb = find_connection(tcp_active_pcbs, port); pcb != nullptr;
         pcb = find_connection(pcb->next, port)) {
        ++count;
    }
    return count;
}

} // namespace net
