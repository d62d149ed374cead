// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

#include <cstdint>

namespace net {

/// The echo service (RFC 862) on TCP and UDP: sends back what it gets. One per namespace.
class EchoServer {
public:
    static constexpr std::uint16_t port = 7;

    /// Starts it in the current namespace. Errors: Exists (it runs already); OutOfMemory.
    static kernel::Result<> start();
    /// Stops it and resets its connections. Error: NotFound (it does not run).
    static kernel::Result<> stop();
    static bool running();
};

} // namespace net
