// SPDX-License-Identifier: MIT
// UDP through the sockets API: 64 bytes there and back.
#include <array>

#include "kernel/bench/benchmark.hpp"
#include "kernel/bench/net_path.hpp"
#include "kernel/bench/run.hpp"
#include "net/apps/socket.hpp"
#include "net/apps/socket_address.hpp"

namespace kernel::bench {
namespace {

constexpr std::uint16_t port = 5101;
constexpr std::uint64_t rounds = 200;
constexpr std::size_t payload = 64;

constexpr PathSpec veth_1500{.mtu = 1500};
constexpr PathSpec loopback{.kind = PathSpec::Kind::Loopback};

/// A datagram socket; for tasks inside the namespace.
class UdpSocket {
public:
    UdpSocket() : descriptor_(lwip_socket(AF_INET, SOCK_DGRAM, 0)) {
        // A lost datagram ends the measurement, not the machine.
        const timeval patience{.tv_sec = 5, .tv_usec = 0};
        lwip_setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    ~UdpSocket() { lwip_close(descriptor_); }
    UdpSocket(const UdpSocket&) = delete;
    UdpSocket& operator=(const UdpSocket&) = delete;

    bool bind() const {
        const net::SocketAddress here(ip_addr_t(IPADDR4_INIT(0)), port);
        return lwip_bind(descriptor_, here.get(), here.size()) == 0;
    }
    bool connect(const ip_addr_t& address) const {
        const net::SocketAddress there(address, port);
        return lwip_connect(descriptor_, there.get(), there.size()) == 0;
    }
    bool send(std::span<const std::byte> bytes) const {
        return lwip_send(descriptor_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size());
    }
    bool receive(std::span<std::byte> bytes) const {
        return lwip_recv(descriptor_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size());
    }
    /// Sends the next datagram back to where it came from; returns its length, or less than 0.
    ssize_t echo(std::span<std::byte> room) const {
        sockaddr_storage from{};
        socklen_t size = sizeof from;
        auto* const address = reinterpret_cast<sockaddr*>(&from);
        const ssize_t got = lwip_recvfrom(descriptor_, room.data(), room.size(), 0, address, &size);
        if (got <= 0) return got;
        return lwip_sendto(descriptor_, room.data(), static_cast<std::size_t>(got), 0, address, size);
    }

private:
    int descriptor_;
};

/// Echoes until a datagram of another length comes.
void serve(Semaphore& ready, Run& run) {
    const UdpSocket socket;
    if (!socket.bind()) return run.fail(net::socket_error());
    ready.release();
    std::array<std::byte, payload> room{};
    while (socket.echo(room) == payload) {
    }
}

void ask(const Path& path, Run& run) {
    const UdpSocket socket;
    if (!socket.connect(path.address())) return run.fail(net::socket_error());
    std::array<std::byte, payload> bytes{};
    run.measure(rounds, [&] {
        for (std::uint64_t i = 0; i < rounds; ++i) {
            if (!socket.send(bytes) || !socket.receive(bytes)) return false;
        }
        return true;
    });
    static_cast<void>(socket.send(std::span(bytes).first(1)));
}

template <const PathSpec& spec>
void round_trip(Run& run) {
    const Path path(spec);
    if (!path) return run.fail("no path between two namespaces");
    const auto ran = path.between([&run](Semaphore& ready) { serve(ready, run); }, [&] { ask(path, run); });
    if (!ran) run.fail(ran.error());
}

/// Both sockets in one task: no switch to another of ours.
void round_trip_of_one_task(Run& run) {
    const Path path(loopback);
    if (!path) return run.fail("no namespace");
    const auto ran = run_inside(path.near(), [&] {
        const UdpSocket server, client;
        if (!server.bind() || !client.connect(path.address())) return run.fail(net::socket_error());
        std::array<std::byte, payload> bytes{};
        run.measure(rounds, [&] {
            for (std::uint64_t i = 0; i < rounds; ++i) {
                if (!client.send(bytes) || server.echo(bytes) != payload || !client.receive(bytes)) return false;
            }
            return true;
        });
    });
    if (!ran) run.fail(ran.error());
}

LACUNA_BENCHMARK("net.veth_mtu1500.udp_rr_64B.round_trip", Unit::Cycles, round_trip<veth_1500>);
LACUNA_BENCHMARK("net.lo_mtu65536.udp_rr_64B.round_trip", Unit::Cycles, round_trip<loopback>);
LACUNA_BENCHMARK("net.lo_mtu65536.udp_rr_64B_1task.round_trip", Unit::Cycles, round_trip_of_one_task);

} // namespace
} // namespace kernel::bench
