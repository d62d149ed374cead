// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

#include <cstdint>

namespace net {

/// lwIP's iperf server: what `iperf -c` (version 2, TCP) measures against. Prints a line per run. One per
/// namespace.
class IperfServer {
public:
    static constexpr std::uint16_t port = 5001;

    /// Starts it in the current namespace. Errors: Exists (it runs already, or the port is in use);
    /// OutOfMemory.
    static kernel::Result<> start();
    /// Stops it and resets its connections. Error: NotFound (it does not run).
    static kernel::Result<> stop();
    static bool running();
};

} // namespace net
