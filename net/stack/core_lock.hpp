// SPDX-License-Identifier: MIT
#pragma once

#include <lwip/tcpip.h>

namespace net {

/// Holds the current namespace's core lock: while it lives, lwIP's raw API (netif_*, tcp_*, udp_*, ...)
/// may be called from this thread, and packets may be given to netif->input.
///
/// Context: a thread inside a network namespace that does not hold the lock yet; it may sleep. The
/// holder is not killed before it lets go.
class [[nodiscard]] CoreLock {
public:
    CoreLock() { LOCK_TCPIP_CORE(); }
    ~CoreLock() { UNLOCK_TCPIP_CORE(); }
    CoreLock(const CoreLock&) = delete;
    CoreLock& operator=(const CoreLock&) = delete;
};

} // namespace net
