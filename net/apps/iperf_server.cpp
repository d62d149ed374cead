// SPDX-License-Identifier: MIT
#include "net/apps/iperf_server.hpp"

#include "kernel/base/console.hpp"
#include "kernel/ns/net_namespace.hpp"
#include "net/apps/tcp_port.hpp"
#include "net/lwip/instance.hpp"
#include "net/stack/core_lock.hpp"
#include "net/stack/ip_prefix.hpp"

#include <lwip/apps/lwiperf.h>

namespace net {

using kernel::Error;
using kernel::fail;

namespace {

std::string_view outcome(lwiperf_report_type type) {
    switch (type) {
    case LWIPERF_TCP_DONE_SERVER:
    case LWIPERF_TCP_DONE_CLIENT: return "done";
    case LWIPERF_TCP_ABORTED_LOCAL: return "ended here";
    case LWIPERF_TCP_ABORTED_LOCAL_DATAERROR: return "wrong data";
    case LWIPERF_TCP_ABORTED_LOCAL_TXERROR: return "could not send";
    case LWIPERF_TCP_ABORTED_REMOTE: return "ended by the peer";
    }
    return "?";
}

void report(void*, lwiperf_report_type type, const ip_addr_t*, u16_t, const ip_addr_t* peer, u16_t,
            u32_t bytes, u32_t ms, u32_t kilobits) {
    IpText text{};
    kernel::print("{}: iperf from {}: {}, {} bytes in {} ms, {} kbit/s\n", instance.space->name(),
                  to_text(*peer, text), outcome(type), bytes, ms, kilobits);
}

} // namespace

kernel::Result<> IperfServer::start() {
    const CoreLock lock;
    if (port_is_open(port)) return fail(Error::Exists);
    if (lwiperf_start_tcp_server(IP_ANY_TYPE, port, &report, nullptr) == nullptr) {
        return fail(Error::OutOfMemory);
    }
    return {};
}

kernel::Result<> IperfServer::stop() {
    const CoreLock lock;
    // Not lwiperf_abort(): it frees a listening session without closing its connection, and leaves it
    // first in the list of sessions. A hundred bytes stay behind in the namespace's heap instead.
    return close_port(port);
}

bool IperfServer::running() {
    const CoreLock lock;
    return port_is_open(port);
}

} // namespace net
