// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

#include <cstdint>
#include <string_view>

namespace net {

/// Receives streams that bulk_send() makes, compares every byte with what must have been sent, and answers
/// each with a verdict. One per namespace; any number of streams at once.
class BulkSink {
public:
    static constexpr std::uint16_t port = 5002;

    /// Starts it in the current namespace. Errors: Exists, OutOfMemory.
    static kernel::Result<> start();
    /// Stops it and resets its connections. Error: NotFound.
    static kernel::Result<> stop();
    static bool running();
};

/// What begins a stream, and what the sink sends back at its end: fixed layout, little end first.
struct BulkHeader {
    std::uint64_t seed;  ///< of the PatternStream that follows
    std::uint64_t bytes; ///< of it
};
struct BulkVerdict {
    std::uint64_t intact_bytes; ///< of the pattern, up to the first difference
    std::uint64_t bytes;        ///< received in all
};

struct BulkOptions {
    std::string_view host;
    std::uint64_t bytes = 1 << 20;
    std::uint64_t seed = 1;
    unsigned timeout_ms = 10'000; ///< for the connection and the verdict
};

struct BulkResult {
    std::uint64_t bytes = 0;
    std::uint64_t ns = 0;
};

/// Sends that many bytes to a BulkSink and waits for its verdict. Errors: those of resolve() and Socket; Io
/// if one byte did not arrive as it was sent.
kernel::Result<BulkResult> bulk_send(const BulkOptions& options);

} // namespace net
