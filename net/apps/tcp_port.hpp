// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

#include <lwip/tcp.h>

#include <cstdint>

/// Servers by lwIP's raw API: no thread of their own, their callbacks run in whoever gives lwIP a packet or runs
/// its timers. The core lock is held for every call here.
namespace net {

/// Takes connections to `port`, on every address of both families; `accepted` is called for each. Errors:
/// Exists (the port is in use); OutOfMemory.
kernel::Result<> open_port(std::uint16_t port, tcp_accept_fn accepted);

/// Stops taking connections to `port` and resets those that were made to it. Their error callbacks
/// run. Error: NotFound (nobody listens there).
kernel::Result<> close_port(std::uint16_t port);

/// Who listens on `port`; null if nobody does.
tcp_pcb_listen* find_listener(std::uint16_t port);

/// Whether somebody listens on `port`.
bool port_is_open(std::uint16_t port);

/// Connections made to `port` that are open now.
unsigned connections_to(std::uint16_t port);

} // namespace net
