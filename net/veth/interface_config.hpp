// SPDX-License-Identifier: MIT
#pragma once

#include "net/bridge/mac_address.hpp"
#include "net/stack/ip_prefix.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace net {

/// The bytes of IP packet that an interface may carry in one frame. The lower bound is IPv4's (RFC 791:
/// what every host accepts); at the upper one, with its Ethernet header, a packet just fits lwIP's pbufs.
inline constexpr std::uint16_t min_mtu = 576;
inline constexpr std::uint16_t max_mtu = 65535 - 14;
inline constexpr std::uint16_t default_mtu = 1500;

/// Where an interface's IPv4 address comes from.
enum class Addressing : std::uint8_t { None, Static, Dhcp };

/// What an interface is made with. Plain data, no pointers: it may cross into a namespace.
struct InterfaceConfig {
    std::array<char, 2> name{'v', 'e'};  ///< lwIP appends a number
    MacAddress mac{};
    std::uint16_t mtu = default_mtu;
    Addressing addressing = Addressing::None;
    IpPrefix address{};                  ///< if Static
    std::optional<ip_addr_t> gateway{};  ///< if given, this becomes the default interface
};

} // namespace net
