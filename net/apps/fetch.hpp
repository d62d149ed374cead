// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

#include <cstdint>
#include <string_view>

namespace net {

struct FetchOptions {
    enum class Body : std::uint8_t { Discard, Print };
    std::string_view url; ///< in memory that the namespace can read
    Body body = Body::Discard;
    unsigned timeout_ms = 10'000; ///< for the connection, and for each wait for data
};

struct FetchResult {
    unsigned status = 0;     ///< of HTTP: 200, 404 ...
    std::uint64_t bytes = 0; ///< of the body
    std::uint32_t crc32 = 0; ///< of the body (crc32.hpp)
    std::uint64_t ns = 0;    ///< from the connection's begin to the body's end
};

/// Gets a file by HTTP/1.0 (RFC 1945) from within the current namespace. Prints the body if asked to,
/// nothing else. Errors: those of parse_url(), resolve() and Socket; InvalidArgument if the answer is
/// no HTTP; Io if the body ends before its announced length.
kernel::Result<FetchResult> fetch(const FetchOptions& options);

/// The same, with a line on what came of it: status, bytes, checksum, rate. Errors besides: NotFound
/// for status 404, Io for any other that is not 2xx.
kernel::Result<FetchResult> fetch_and_report(const FetchOptions& options);

} // namespace net
