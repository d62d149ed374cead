// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

#include <lwip/ip_addr.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace net {

/// One socket of the current namespace, by lwIP's sockets API; closed when it goes out of scope. For
/// threads inside the namespace. All waits end with Error::Killed when the task is killed.
class [[nodiscard]] Socket {
public:
    Socket() = default;
    Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, none)) {}
    Socket& operator=(Socket&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~Socket() { close(); }

    /// A connection to `address`, given up after `timeout_ms`; 0: when TCP gives up, and a kill has to wait for that.
    /// Errors: Refused, TimedOut, NotFound (no route), NoSpace (no socket left), OutOfMemory, Killed.
    static kernel::Result<Socket> connect(const ip_addr_t& address, std::uint16_t port, unsigned timeout_ms);
    /// A socket that takes connections to `port` on every address. Errors: Exists (the port is in
    /// use), NoSpace, OutOfMemory.
    static kernel::Result<Socket> listen(std::uint16_t port);
    /// A raw socket of an IP protocol, of the address family of `peer`. Errors: NoSpace, OutOfMemory.
    static kernel::Result<Socket> raw(const ip_addr_t& peer, int protocol);

    /// The next connection. Errors: TimedOut, Killed, OutOfMemory, Closed.
    kernel::Result<Socket> accept(unsigned timeout_ms);

    /// Sends all of `bytes`. Errors: Closed (by the peer), TimedOut, OutOfMemory, Killed.
    kernel::Result<> send(std::span<const std::byte> bytes);
    /// What has arrived, at least one byte; nothing at the end of the stream. Errors as for send().
    kernel::Result<std::span<std::byte>> receive(std::span<std::byte> buffer);
    /// Says that nothing more will be sent. Error: Closed.
    kernel::Result<> finish_sending();

    /// How long receive() and accept() wait before they fail with TimedOut; 0: for ever.
    void set_timeout(unsigned timeout_ms);

    int descriptor() const { return descriptor_; }
    void close();

private:
    static constexpr int none = -1;
    explicit Socket(int descriptor) : descriptor_(descriptor) {}

    int descriptor_ = none;
};

/// The error that the last call of the sockets API left in this task's errno, in the kernel's terms.
kernel::Error socket_error();

} // namespace net
