// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

#include <lwip/ip_addr.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace net {

/// An interface's address with the length of its network's prefix: 10.0.2.21/24, fd00::1/64.
struct IpPrefix {
    ip_addr_t address{};
    std::uint8_t length = 0; ///< bits: 0..32 or 0..128
};

/// Room for the longest text of an address, with its terminating zero.
using IpText = std::array<char, 48>;

/// The address in its usual notation. `text` is the memory that the result lies in.
std::string_view to_text(const ip_addr_t& address, IpText& text);

/// Reads an IPv4 or IPv6 address. Error: InvalidArgument.
kernel::Result<ip_addr_t> parse_ip(std::string_view text);

/// Reads address/length; without a length the address stands alone (32 or 128). Error: InvalidArgument.
kernel::Result<IpPrefix> parse_prefix(std::string_view text);

/// The IPv4 netmask of a prefix length, in network order. Precondition: length <= 32.
ip4_addr_t netmask_of(std::uint8_t length);
/// The reverse; counts the leading ones.
std::uint8_t length_of(const ip4_addr_t& netmask);

} // namespace net
