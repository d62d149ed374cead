// SPDX-License-Identifier: MIT
#include "net/apps/url.hpp"

#include <algorithm>
#include <charconv>

namespace net {

using kernel::Error;
using kernel::fail;
using kernel::Result;

namespace {

constexpr bool is_visible(char c) { return c > ' ' && c < 0x7f; }

Result<std::uint16_t> parse_port(std::string_view digits) {
    std::uint16_t port = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size() || port == 0) {
        return fail(Error::InvalidArgument);
    }
    return port;
}

} // namespace

Result<Url> parse_url(std::string_view text) {
    if (!std::ranges::all_of(text, is_visible)) return fail(Error::InvalidArgument);
    if (const auto scheme = text.find("://"); scheme != std::string_view::npos) {
        if (text.substr(0, scheme) != "http") return fail(Error::Unsupported);
        text.remove_prefix(scheme + 3);
    }
    text = text.substr(0, text.find('#'));
    const auto end = std::min(text.find_first_of("/?"), text.size());
    std::string_view authority = text.substr(0, end);
    Url url;
    url.path = end == text.size() ? std::string_view("/") : text.substr(end);
    if (authority.contains('@')) return fail(Error::InvalidArgument);

    std::string_view port;
    if (authority.starts_with('[')) {
        const auto close = authority.find(']');
        if (close == std::string_view::npos) return fail(Error::InvalidArgument);
        url.host = authority.substr(1, close - 1);
        port = authority.substr(close + 1);
    } else {
        const auto colon = std::min(authority.find(':'), authority.size());
        url.host = authority.substr(0, colon);
        port = authority.substr(colon);
    }
    if (url.host.empty() || url.path[0] != '/') return fail(Error::InvalidArgument);
    if (port.empty()) return url;
    if (port[0] != ':') return fail(Error::InvalidArgument);
    if (port.size() > 1) url.port = TRY(parse_port(port.substr(1)));
    return url;
}

Result<std::string_view> percent_decode(std::string_view text, std::span<char> out) {
    std::size_t used = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (used == out.size()) return fail(Error::NoSpace);
        char decoded = text[i];
        if (decoded == '%') {
            unsigned value = 0;
            const std::string_view digits = text.substr(i + 1, 2);
            const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
            if (digits.size() != 2 || read.ptr != digits.data() + 2 || value == 0) {
                return fail(Error::InvalidArgument);
            }
            decoded = static_cast<char>(value);
            i += 2;
        }
        out[used++] = decoded;
    }
    return std::string_view(out.data(), used);
}

} // namespace net
