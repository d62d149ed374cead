// SPDX-License-Identifier: MIT
#include "net/stack/ip_prefix.hpp"

#include <bit>
#include <charconv>
#include <cstring>

namespace net {

using kernel::Error;
using kernel::fail;

std::string_view to_text(const ip_addr_t& address, IpText& text) {
    if (ipaddr_ntoa_r(&address, text.data(), static_cast<int>(text.size())) == nullptr) return "?";
    return text.data();
}

kernel::Result<ip_addr_t> parse_ip(std::string_view text) {
    IpText terminated{};
    if (text.empty() || text.size() >= terminated.size()) return fail(Error::InvalidArgument);
    std::memcpy(terminated.data(), text.data(), text.size());
    // lwIP reads "10.1" and "0x0a000201" as addresses too (RFC 6943, section 3.1.1); a person means four
    // numbers.
    const bool is_v6 = text.contains(':');
    // lwIP looks a zone (fe80::1%ve0) up among its interfaces, which takes a namespace and its core lock.
    if (text.contains('%')) return fail(Error::InvalidArgument);
    std::size_t dots = 0;
    for (char c : text) dots += c == '.' ? 1 : 0;
    ip_addr_t address{};
    if ((!is_v6 && dots != 3) || ipaddr_aton(terminated.data(), &address) == 0) {
        return fail(Error::InvalidArgument);
    }
    return address;
}

kernel::Result<IpPrefix> parse_prefix(std::string_view text) {
    const std::size_t slash = text.find('/');
    const ip_addr_t address = TRY(parse_ip(text.substr(0, slash)));
    const unsigned most = IP_IS_V6_VAL(address) ? 128 : 32;
    unsigned length = most;
    if (slash != std::string_view::npos) {
        const std::string_view digits = text.substr(slash + 1);
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), length);
        if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size() || length > most) {
            return fail(Error::InvalidArgument);
        }
    }
    return IpPrefix{address, static_cast<std::uint8_t>(length)};
}

ip4_addr_t netmask_of(std::uint8_t length) {
    const std::uint32_t mask = length == 0 ? 0 : ~std::uint32_t{0} << (32 - length);
    return {.addr = lwip_htonl(mask)};
}

std::uint8_t length_of(const ip4_addr_t& netmask) {
    return static_cast<std::uint8_t>(std::countl_one(lwip_ntohl(netmask.addr)));
}

} // namespace net
