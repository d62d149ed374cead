// SPDX-License-Identifier: MIT
#include "net/stack/interfaces.hpp"

#include "kernel/sched/sched.hpp"
#include "net/stack/core_lock.hpp"

#include <lwip/dhcp.h>
#include <lwip/dns.h>
#include <lwip/netif.h>

#include <algorithm>
#include <cstring>

namespace net {

using kernel::Error;
using kernel::fail;
using kernel::Result;

namespace {

/// Precondition of all here: the core lock is held.
Result<netif*> find(std::string_view name) {
    std::array<char, 8> terminated{};
    if (name.size() >= terminated.size()) return fail(Error::NotFound);
    std::memcpy(terminated.data(), name.data(), name.size());
    netif* found = netif_find(terminated.data());
    if (found == nullptr) return fail(Error::NotFound);
    return found;
}

InterfaceInfo describe(netif& interface) {
    InterfaceInfo info{};
    netif_index_to_name(netif_get_index(&interface), info.name.data());
    std::copy_n(interface.hwaddr, info.mac.size(), info.mac.begin());
    info.mtu = interface.mtu;
    info.up = netif_is_up(&interface);
    info.link_up = netif_is_link_up(&interface);
    info.is_default = netif_default == &interface;
    info.dhcp = netif_dhcp_data(&interface) != nullptr;
    info.v4 = {*netif_ip_addr4(&interface), length_of(*netif_ip4_netmask(&interface))};
    info.gateway = *netif_ip_gw4(&interface);
    for (s8_t i = 0; i < LWIP_IPV6_NUM_ADDRESSES; ++i) {
        if (ip6_addr_isinvalid(netif_ip6_addr_state(&interface, i))) continue;
        // lwIP takes every IPv6 network of an interface for a /64 (RFC 4291, section 2.5.4).
        info.v6[info.v6_count++] = {*netif_ip_addr6(&interface, i), 64};
    }
    return info;
}

bool has_address(const netif& interface, const ip_addr_t& address) {
    return ip_addr_cmp(&address, netif_ip_addr4(&interface));
}

} // namespace

std::size_t list_interfaces(std::span<InterfaceInfo> out) {
    const CoreLock lock;
    return collect_interfaces(out);
}

std::size_t collect_interfaces(std::span<InterfaceInfo> out) {
    std::size_t count = 0;
    for (netif* interface = netif_list; interface != nullptr; interface = interface->next, ++count) {
        if (count < out.size()) out[count] = describe(*interface);
    }
    return count;
}

Result<> add_address(std::string_view name, const IpPrefix& prefix) {
    const CoreLock lock;
    netif* interface = TRY(find(name));
    if (IP_IS_V6(&prefix.address)) {
        s8_t index = -1;
        if (netif_add_ip6_address(interface, ip_2_ip6(&prefix.address), &index) != ERR_OK) {
            return fail(Error::NoSpace);
        }
        netif_ip6_addr_set_state(interface, index, IP6_ADDR_PREFERRED);
        return {};
    }
    if (netif_dhcp_data(interface) != nullptr) dhcp_release_and_stop(interface);
    const ip4_addr_t netmask = netmask_of(prefix.length);
    const ip4_addr_t gateway = *netif_ip4_gw(interface);
    netif_set_addr(interface, ip_2_ip4(&prefix.address), &netmask, &gateway);
    return {};
}

Result<> remove_address(std::string_view name, const ip_addr_t& address) {
    const CoreLock lock;
    netif* interface = TRY(find(name));
    if (IP_IS_V6(&address)) {
        const s8_t index = netif_get_ip6_addr_match(interface, ip_2_ip6(&address));
        if (index < 0) return fail(Error::NotFound);
        netif_ip6_addr_set_state(interface, index, IP6_ADDR_INVALID);
        return {};
    }
    if (!has_address(*interface, address)) return fail(Error::NotFound);
    if (netif_dhcp_data(interface) != nullptr) dhcp_release_and_stop(interface);
    netif_set_addr(interface, IP4_ADDR_ANY4, IP4_ADDR_ANY4, IP4_ADDR_ANY4);
    return {};
}

Result<> set_gateway(std::string_view name, const ip_addr_t& gateway) {
    if (IP_IS_V6(&gateway)) return fail(Error::Unsupported);
    const CoreLock lock;
    netif* interface = TRY(find(name));
    netif_set_gw(interface, ip_2_ip4(&gateway));
    netif_set_default(interface);
    return {};
}

Result<> clear_gateway(std::string_view name) {
    const CoreLock lock;
    netif* interface = TRY(find(name));
    netif_set_gw(interface, IP4_ADDR_ANY4);
    if (netif_default == interface) netif_set_default(nullptr);
    return {};
}

Result<> start_dhcp(std::string_view name) {
    const CoreLock lock;
    netif* interface = TRY(find(name));
    if (dhcp_start(interface) != ERR_OK) return fail(Error::OutOfMemory);
    if (netif_default == nullptr) netif_set_default(interface);
    return {};
}

Result<> wait_for_lease(std::string_view name, unsigned timeout_ms) {
    const auto deadline = kernel::Deadline::in(kernel::milliseconds(timeout_ms));
    for (;;) {
        {
            const CoreLock lock;
            netif* interface = TRY(find(name));
            if (dhcp_supplied_address(interface) != 0) return {};
        }
        if (deadline.passed()) return fail(Error::TimedOut);
        TRY(kernel::sleep_for(kernel::milliseconds(2)));
    }
}

void set_dns_server(const ip_addr_t& server) {
    const CoreLock lock;
    dns_setserver(0, &server);
}

} // namespace net
