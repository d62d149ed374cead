// SPDX-License-Identifier: MIT
#include "net/apps/echo_server.hpp"

#include "net/apps/echo_connection.hpp"
#include "net/apps/tcp_port.hpp"
#include "net/lwip/instance.hpp"
#include "net/stack/core_lock.hpp"

#include <lwip/udp.h>

namespace net {

using kernel::Error;
using kernel::fail;

namespace {

LACUNA_PER_NAMESPACE udp_pcb* udp_echo = nullptr;

void echo_datagram(void*, udp_pcb* pcb, pbuf* packet, const ip_addr_t* from, u16_t port) {
    udp_sendto(pcb, packet, from, port);
    pbuf_free(packet);
}

kernel::Result<udp_pcb*> open_udp() {
    udp_pcb* pcb = udp_new_ip_type(IPADDR_TYPE_ANY);
    if (pcb == nullptr) return fail(Error::OutOfMemory);
    if (udp_bind(pcb, IP_ANY_TYPE, EchoServer::port) != ERR_OK) {
        udp_remove(pcb);
        return fail(Error::Exists);
    }
    udp_recv(pcb, &echo_datagram, nullptr);
    return pcb;
}

} // namespace

kernel::Result<> EchoServer::start() {
    const CoreLock lock;
    if (udp_echo != nullptr) return fail(Error::Exists);
    udp_pcb* udp = TRY(open_udp());
    if (const auto opened = open_port(port, &EchoConnection::accept); !opened) {
        udp_remove(udp);
        return opened;
    }
    udp_echo = udp;
    return {};
}

kernel::Result<> EchoServer::stop() {
    const CoreLock lock;
    if (udp_echo == nullptr) return fail(Error::NotFound);
    udp_remove(udp_echo);
    udp_echo = nullptr;
    return close_port(port);
}

bool EchoServer::running() {
    const CoreLock lock;
    return udp_echo != nullptr;
}

} // namespace net
