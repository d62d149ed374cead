// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace net {

/// An http URL (RFC 3986, RFC 9110 section 4.2.1), taken apart. The parts point into the text.
struct Url {
    std::string_view host; ///< a name, an IPv4 address, or an IPv6 address without its brackets
    std::uint16_t port = 80;
    std::string_view path; ///< with its query, without a fragment; "/" if the URL has none
};

/// Reads `http://host[:port][/path]`; `http://` may be left out. Errors: InvalidArgument (malformed, or
/// with blanks or control characters, or user information); Unsupported (another scheme).
kernel::Result<Url> parse_url(std::string_view text);

/// Undoes %XX escapes (RFC 3986, section 2.1) into `out`. Errors: InvalidArgument (not two hexadecimal
/// digits, or an escaped NUL); NoSpace.
kernel::Result<std::string_view> percent_decode(std::string_view text, std::span<char> out);

} // namespace net
