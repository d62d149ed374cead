// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "net/stack/ip_prefix.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// Interfaces and addresses of the current namespace, as the shell's `ip` command wants them. Every
/// function runs in a thread inside the namespace and, but for collect_interfaces, takes the core lock
/// itself.
namespace net {

/// One interface, as it was when it was asked. Plain data: it may be copied out of the namespace.
struct InterfaceInfo {
    std::array<char, 8> name{};
    std::array<std::uint8_t, 6> mac{};
    std::uint16_t mtu = 0; ///< bytes; 0: no limit of its own (loopback)
    bool up = false;
    bool link_up = false;
    bool is_default = false;
    bool dhcp = false; ///< its IPv4 address is, or will be, leased
    IpPrefix v4{};     ///< 0.0.0.0/0: none
    ip_addr_t gateway{};
    std::array<IpPrefix, 4> v6{};
    std::uint8_t v6_count = 0;
};

/// Writes the interfaces to `out`, as many as fit, and returns how many there are.
std::size_t list_interfaces(std::span<InterfaceInfo> out);
/// The same for a caller that holds the core lock.
std::size_t collect_interfaces(std::span<InterfaceInfo> out);

/// Sets the IPv4 address, or adds an IPv6 address. Errors: NotFound (no such interface), NoSpace (all
/// IPv6 addresses in use).
kernel::Result<> add_address(std::string_view interface, const IpPrefix& prefix);
/// Takes the address away; its connections are reset. Errors: NotFound.
kernel::Result<> remove_address(std::string_view interface, const ip_addr_t& address);
/// Sets where packets for other networks go, and makes the interface the default one. IPv4 only: IPv6
/// learns its routers. Errors: NotFound, Unsupported (IPv6).
kernel::Result<> set_gateway(std::string_view interface, const ip_addr_t& gateway);
/// Removes the default route. Errors: NotFound.
kernel::Result<> clear_gateway(std::string_view interface);
/// Starts asking for a lease. Errors: NotFound, OutOfMemory.
kernel::Result<> start_dhcp(std::string_view interface);
/// Waits until the interface has a lease. Errors: NotFound, TimedOut, Killed.
kernel::Result<> wait_for_lease(std::string_view interface, unsigned timeout_ms);
/// Sets the server that names are resolved with.
void set_dns_server(const ip_addr_t& server);

} // namespace net
