// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

#include <cstdint>

namespace net {

/// lwIP's HTTP server with the files of the RAM file system, which it sends from where they lie, and two
/// pages of its own: /lacuna, the namespace's state, and an index where a folder has none
/// (http_files.cpp). One per namespace, on port 80.
class HttpServer {
public:
    static constexpr std::uint16_t port = 80;

    /// Starts it in the current namespace. Errors: Exists (it runs already, or the port is in use);
    /// OutOfMemory.
    static kernel::Result<> start();
    /// Stops it and resets its connections. Error: NotFound (it does not run).
    static kernel::Result<> stop();
    static bool running();
};

} // namespace net
