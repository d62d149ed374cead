// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace net {

struct PingOptions {
    std::string_view host;      ///< address or name; in memory that the namespace can read
    unsigned count = 4;         ///< echo requests to send
    std::size_t bytes = 56;     ///< of payload in each, at most max_ping_bytes
    unsigned interval_ms = 200; ///< from one request to the next
    unsigned timeout_ms = 1000; ///< how long to wait for each answer
};

inline constexpr std::size_t max_ping_bytes = 8192;

/// What came of it. Times in nanoseconds.
struct PingResult {
    unsigned sent = 0;
    unsigned received = 0;
    std::uint64_t shortest_ns = 0;
    std::uint64_t longest_ns = 0;
    std::uint64_t total_ns = 0;
};

/// Sends ICMP or ICMPv6 echo requests from the current namespace, and prints a line for each answer and
/// one at the end. Errors: what resolve() returns; TimedOut if no answer came at all;
/// InvalidArgument; OutOfMemory; Killed.
kernel::Result<PingResult> ping(const PingOptions& options);

} // namespace net
