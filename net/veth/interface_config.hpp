// SPDX-License-Identifier: MIT
#pragma once

#include "net/bridge/mac_address.hpp"
#include "net/stack/ip_prefix.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace net {

/// The bytes of IP packet that an interface may carry in one frame. The lower bound is IPv4's (RFC 791:
/// what every host accepts), the upper one the largest that IP's length field can say.
inline constexpr std::uint16_t min_mtu = 576;
inline constexpr std::uint16_t max_mtu = 65535;
inline constexpr std::uint16_t default_mtu = 1500;

/// Where an interface's IPv4 address comes from.
enum class Addressing : std::uint8_t { None, Static, Dhcp };

/// Which checksums an interface leaves to whoever sends its packets out of the machine. What crosses between
/// namespaces never meets a wire that could change it. IP's header and ICMP always carry theirs.
enum class ChecksumOffload : std::uint8_t {
    None,
    Tcp,       ///< for an interface behind the bridge: lwIP never fragments TCP, so it can be completed there
    TcpAndUdp, ///< for a wire that ends at another interface of this machine
};

/// Whether TCP segments that arrive together are joined before the stack sees them (SegmentJoiner).
enum class JoinSegments : bool { No, Yes };

enum class Packing : std::uint8_t;

/// What an interface is made with. Plain data, no pointers: it may cross into a namespace.
struct InterfaceConfig {
    std::array<char, 2> name{'v', 'e'}; ///< lwIP appends a number
    MacAddress mac{};
    std::uint16_t mtu = default_mtu;
    std::optional<ChecksumOffload> checksum_offload{}; ///< unset: what the boot option net.offload allows
    std::optional<JoinSegments> join_segments{};       ///< unset: what the boot option net.join says
    std::optional<Packing> packing{};                  ///< of what comes in; unset: what the boot option net.pack says
    Addressing addressing = Addressing::None;
    IpPrefix address{};                 ///< if Static
    std::optional<ip_addr_t> gateway{}; ///< if given, this becomes the default interface
};

} // namespace net
