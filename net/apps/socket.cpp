// SPDX-License-Identifier: MIT
#include "net/apps/socket.hpp"

#include "kernel/sync/blocking.hpp"
#include "net/apps/socket_address.hpp"

#include <lwip/errno.h>
#include <lwip/sockets.h>

namespace net {

using kernel::Error;
using kernel::fail;
using kernel::Result;

Error socket_error() {
    if (kernel::kill_pending()) return Error::Killed;
    switch (errno) {
    case ETIMEDOUT:
    case EWOULDBLOCK:
        return Error::TimedOut;
    case ENOMEM:
    case ENOBUFS:
        return Error::OutOfMemory;
    case ENFILE:
        return Error::NoSpace;
    case EADDRINUSE:
        return Error::Exists;
    case ECONNREFUSED:
        return Error::Refused;
    case EHOSTUNREACH:
    case ENETUNREACH:
        return Error::NotFound;
    case ECONNRESET:
    case ECONNABORTED:
    case ENOTCONN:
    case EPIPE:
        return Error::Closed;
    case EINVAL:
        return Error::InvalidArgument;
    default:
        return Error::Io;
    }
}

namespace {

/// Waits until a connection that was begun is there or not.
Result<> wait_connected(int descriptor, unsigned timeout_ms) {
    // In slices, so that a kill is noticed: lwIP's poll does not end early by itself.
    constexpr unsigned slice_ms = 100;
    for (unsigned waited = 0;; waited += slice_ms) {
        pollfd poll{.fd = descriptor, .events = POLLOUT, .revents = 0};
        if (lwip_poll(&poll, 1, slice_ms) > 0) break;
        if (kernel::kill_pending()) return fail(Error::Killed);
        if (waited >= timeout_ms) return fail(Error::TimedOut);
    }
    int error = 0;
    socklen_t size = sizeof error;
    lwip_getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error == 0) return {};
    // A peer that refuses answers SYN with RST, which lwIP reports as a reset (RFC 9293, 3.10.7.3).
    if (error == ECONNRESET || error == ECONNABORTED) return fail(Error::Refused);
    errno = error;
    return fail(socket_error());
}

} // namespace

Result<Socket> Socket::connect(const ip_addr_t& address, std::uint16_t port, unsigned timeout_ms) {
    const SocketAddress to(address, port);
    Socket socket(lwip_socket(to.family(), SOCK_STREAM, 0));
    if (socket.descriptor_ < 0) return fail(socket_error());
    if (timeout_ms == 0) {
        if (lwip_connect(socket.descriptor_, to.get(), to.size()) != 0) return fail(socket_error());
        return socket;
    }
    int on = 1;
    lwip_ioctl(socket.descriptor_, FIONBIO, &on);
    if (lwip_connect(socket.descriptor_, to.get(), to.size()) != 0) {
        if (errno != EINPROGRESS) return fail(socket_error());
        TRY(wait_connected(socket.descriptor_, timeout_ms));
    }
    int off = 0;
    lwip_ioctl(socket.descriptor_, FIONBIO, &off);
    return socket;
}

Result<Socket> Socket::listen(std::uint16_t port) {
    Socket socket(lwip_socket(AF_INET6, SOCK_STREAM, 0)); // takes IPv4 too
    if (socket.descriptor_ < 0) return fail(socket_error());
    const ip_addr_t any = IPADDR6_INIT(0, 0, 0, 0);
    const SocketAddress here(any, port);
    if (lwip_bind(socket.descriptor_, here.get(), here.size()) != 0 ||
        lwip_listen(socket.descriptor_, TCP_DEFAULT_LISTEN_BACKLOG) != 0) {
        return fail(socket_error());
    }
    return socket;
}

Result<Socket> Socket::raw(const ip_addr_t& peer, int protocol) {
    Socket socket(lwip_socket(SocketAddress(peer, 0).family(), SOCK_RAW, protocol));
    if (socket.descriptor_ < 0) return fail(socket_error());
    return socket;
}

Result<Socket> Socket::accept(unsigned timeout_ms) {
    set_timeout(timeout_ms);
    Socket accepted(lwip_accept(descriptor_, nullptr, nullptr));
    if (accepted.descriptor_ < 0) return fail(socket_error());
    return accepted;
}

Result<> Socket::send(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = lwip_send(descriptor_, bytes.data(), bytes.size(), 0);
        if (sent <= 0) return fail(socket_error());
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
        if (kernel::kill_pending()) return fail(Error::Killed);
    }
    return {};
}

Result<std::span<std::byte>> Socket::receive(std::span<std::byte> buffer) {
    const ssize_t got = lwip_recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (got < 0) return fail(socket_error());
    return buffer.first(static_cast<std::size_t>(got));
}

Result<> Socket::finish_sending() {
    if (lwip_shutdown(descriptor_, SHUT_WR) != 0) return fail(socket_error());
    return {};
}

void Socket::set_timeout(unsigned timeout_ms) {
    const timeval time{.tv_sec = static_cast<long>(timeout_ms / 1000),
                       .tv_usec = static_cast<long>(timeout_ms % 1000) * 1000};
    lwip_setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
}

void Socket::close() {
    if (descriptor_ >= 0) lwip_close(std::exchange(descriptor_, none));
}

} // namespace net
