// SPDX-License-Identifier: MIT
#include "net/apps/status_page.hpp"

#include "kernel/ns/net_namespace.hpp"
#include "mm/domain/domain.hpp"
#include "net/lwip/instance.hpp"
#include "net/lwip/pools.hpp"
#include "net/stack/interfaces.hpp"

#include <lwip/priv/tcp_priv.h>

namespace net {

namespace {

void write_interfaces(Page& page) {
    std::array<InterfaceInfo, 8> interfaces{};
    const std::size_t count = std::min(collect_interfaces(interfaces), interfaces.size());
    page.put("<h2>Interfaces</h2><pre>");
    for (const InterfaceInfo& info : std::span(interfaces).first(count)) {
        IpText text{};
        page.add("{:6} {}", std::string_view(info.name.data()), info.up ? "up  " : "down");
        page.add("  {}/{}", to_text(info.v4.address, text), info.v4.length);
        for (const IpPrefix& v6 : std::span(info.v6).first(info.v6_count)) {
            page.add("  {}/{}", to_text(v6.address, text), v6.length);
        }
        page.put(info.is_default ? "  default route\n" : "\n");
    }
    page.put("</pre>");
}

void write_memory(Page& page) {
    const mm::Domain& domain = *instance.domain;
    const mm::DomainBooks books = domain.books();
    page.put("<h2>Memory</h2><pre>");
    page.add("domain {}: {} frames of 4 KiB owned, {} at most so far\n", domain.id().raw(), books.owned.raw(),
             books.peak.raw());
    page.add("frames received from other namespaces {}, handed to others {}\n", books.adopted, books.disowned);
    // An address that means this namespace's state here, and nothing, or another's, elsewhere.
    page.add("lwIP's netif_list is at {}; frames differ, the address does not\n",
             static_cast<const void*>(&netif_list));
    page.put("</pre><h2>Pools</h2><pre>");
    for_each_pool(
        [](const PoolUse& pool, void* to) {
            if (pool.peak == 0) return;
            static_cast<Page*>(to)->add("{:16} {:5} in use, {:5} at most\n", pool.name, pool.used, pool.peak);
        },
        &page);
    page.put("</pre>");
}

void write_connections(Page& page) {
    page.put("<h2>TCP</h2><pre>");
    for (const tcp_pcb_listen* pcb = tcp_listen_pcbs.listen_pcbs; pcb != nullptr; pcb = pcb->next) {
        page.add("port {:5} LISTEN\n", pcb->local_port);
    }
    for (const tcp_pcb* pcb = tcp_active_pcbs; pcb != nullptr; pcb = pcb->next) {
        IpText text{};
        page.add("port {:5} {} {} port {}\n", pcb->local_port, tcp_debug_state_str(pcb->state),
                 to_text(pcb->remote_ip, text), pcb->remote_port);
    }
    page.put("</pre>");
}

} // namespace

void write_status(Page& page) {
    page.add("<!doctype html><title>{0}</title><h1>Network namespace {0}</h1>", instance.space->name());
    write_interfaces(page);
    write_memory(page);
    write_connections(page);
}

} // namespace net
