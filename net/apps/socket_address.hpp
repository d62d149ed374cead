// SPDX-License-Identifier: MIT
#pragma once

#include <lwip/ip_addr.h>
#include <lwip/sockets.h>

#include <cstdint>

namespace net {

/// An address and a port in the form that the sockets API takes, of either family.
class SocketAddress {
public:
    SocketAddress(const ip_addr_t& address, std::uint16_t port) {
        if (IP_IS_V6(&address)) {
            auto& v6 = *reinterpret_cast<sockaddr_in6*>(&storage_);
            v6.sin6_len = sizeof v6;
            v6.sin6_family = AF_INET6;
            v6.sin6_port = lwip_htons(port);
            inet6_addr_from_ip6addr(&v6.sin6_addr, ip_2_ip6(&address));
            v6.sin6_scope_id = ip6_addr_zone(ip_2_ip6(&address));
        } else {
            auto& v4 = *reinterpret_cast<sockaddr_in*>(&storage_);
            v4.sin_len = sizeof v4;
            v4.sin_family = AF_INET;
            v4.sin_port = lwip_htons(port);
            inet_addr_from_ip4addr(&v4.sin_addr, ip_2_ip4(&address));
        }
    }

    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
    socklen_t size() const { return storage_.s2_len; }
    int family() const { return storage_.ss_family; }

private:
    sockaddr_storage storage_{};
};

} // namespace net
