// SPDX-License-Identifier: MIT
#include "net/apps/iperf_server.hpp"

#include "kernel/base/console.hpp"
#include "kernel/ns/net_namespace.hpp"
#include "kernel/sync/time.hpp"
#include "net/apps/rate.hpp"
#include "net/apps/tcp_port.hpp"
#include "net/lwip/instance.hpp"
#include "net/stack/core_lock.hpp"
#include "net/stack/ip_prefix.hpp"

#include <lwip/apps/lwiperf.h>

#include <algorithm>
#include <array>
#include <utility>

namespace net {

using kernel::Error;
using kernel::fail;

namespace {

/// A run under way, as far as its report goes.
struct Run {
    const tcp_pcb* pcb = nullptr; ///< compared, never followed: the connection may be gone
    kernel::Instant begin{};
    std::uint64_t bytes = 0;
};

// lwIP's server would report by itself, but reads the connection for it, also where its error callback
// has just noted that there is none any more (lwiperf_tcp_err): one reset from outside would be a
// fault. So it gets no report function, and this counts what passes by on the way to it.
LACUNA_PER_NAMESPACE std::array<Run, 8> runs{};
LACUNA_PER_NAMESPACE std::size_t oldest = 0;
LACUNA_PER_NAMESPACE tcp_accept_fn lwiperf_accept = nullptr;
LACUNA_PER_NAMESPACE tcp_recv_fn lwiperf_receive = nullptr;

Run* find_run(const tcp_pcb* pcb) {
    const auto found = std::ranges::find(runs, pcb, &Run::pcb);
    return found == runs.end() ? nullptr : &*found;
}

void report(const Run& run, const tcp_pcb& pcb) {
    const std::uint64_t ns = kernel::Instant::now().since(run.begin).ns();
    IpText text{};
    kernel::print("{}: iperf from {}: {} bytes in {} ms, {} kbit/s\n", instance.space->name(),
                  to_text(pcb.remote_ip, text), run.bytes, ns / 1'000'000, kilobits_per_second(run.bytes, ns));
}

err_t receive(void* session, tcp_pcb* pcb, pbuf* data, err_t error) {
    if (Run* run = find_run(pcb)) {
        if (data != nullptr) {
            run->bytes += data->tot_len;
        } else {
            report(*run, *pcb);
            *run = {};
        }
    }
    return lwiperf_receive(session, pcb, data, error);
}

err_t accept(void* session, tcp_pcb* pcb, err_t error) {
    const err_t accepted = lwiperf_accept(session, pcb, error);
    if (accepted != ERR_OK) return accepted;
    lwiperf_receive = pcb->recv;
    tcp_recv(pcb, &receive);
    Run* run = find_run(pcb); // of a connection that ended without a word
    if (run == nullptr) run = &runs[oldest++ % runs.size()];
    *run = {.pcb = pcb, .begin = kernel::Instant::now()};
    return accepted;
}

} // namespace

kernel::Result<> IperfServer::start() {
    const CoreLock lock;
    if (port_is_open(port)) return fail(Error::Exists);
    if (lwiperf_start_tcp_server(IP_ANY_TYPE, port, nullptr, nullptr) == nullptr) {
        return fail(Error::OutOfMemory);
    }
    tcp_pcb_listen* listener = find_listener(port);
    lwiperf_accept = std::exchange(listener->accept, &accept);
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
