// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace net {

/// What a client needs to know of the head of an HTTP/1.x response (RFC 9112).
struct HttpResponse {
    unsigned status = 0;                         ///< 100 .. 999
    std::optional<std::uint64_t> content_length; ///< without it the body ends with the connection
    std::size_t head_bytes = 0;                  ///< including the empty line; the body starts there
};

/// Reads the head of a response off the front of `text`. Errors: WouldBlock (the head is not complete
/// yet); InvalidArgument (it is no HTTP response).
kernel::Result<HttpResponse> parse_response(std::string_view text);

} // namespace net
