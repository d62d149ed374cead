// SPDX-License-Identifier: MIT
// Figures of TCP between two namespaces, printed as KTAP diagnostics. Under -icount shift=0 a cycle is an
// instruction of either end, and they repeat exactly; otherwise they say little.
#include "kernel/base/console.hpp"
#include "kernel/test/test.hpp"
#include "net/apps/iperf_client.hpp"
#include "net/apps/iperf_server.hpp"
#include "net/apps/pair_testing.hpp"
#include "net/apps/socket.hpp"

#include <arch/clock.hpp>

#include <array>

using net::testing::Pair;

namespace {

constexpr unsigned mebibytes = 8;
constexpr ip_addr_t far_end = IPADDR4_INIT_BYTES(192, 168, 7, 2);

/// Cycles for a stream of `mebibytes`, at both ends together.
std::uint64_t stream_cost(const Pair& pair) {
    std::uint64_t cycles = 0;
    pair.near.run([&] {
        const std::uint64_t begin = arch::cycles();
        CHECK(net::iperf({.host = net::testing::far_address, .mebibytes = mebibytes}).has_value());
        cycles = arch::cycles() - begin;
    });
    return cycles;
}

/// Cycles for a byte there and back.
std::uint64_t round_trip_cost(const Pair& pair) {
    constexpr unsigned rounds = 500;
    std::uint64_t cycles = 0;
    pair.near.run([&] {
        auto socket = net::Socket::connect(far_end, net::EchoServer::port, 5000);
        REQUIRE(socket.has_value());
        std::array<std::byte, 1> byte{};
        const std::uint64_t begin = arch::cycles();
        for (unsigned n = 0; n < rounds; ++n) {
            REQUIRE(socket->send(byte).has_value());
            REQUIRE(socket->receive(byte).has_value());
        }
        cycles = (arch::cycles() - begin) / rounds;
    });
    return cycles;
}

/// Cycles for a connection made and closed.
std::uint64_t connection_cost(const Pair& pair) {
    constexpr unsigned rounds = 100;
    std::uint64_t cycles = 0;
    pair.near.run([&] {
        const std::uint64_t begin = arch::cycles();
        for (unsigned n = 0; n < rounds; ++n) {
            CHECK(net::Socket::connect(far_end, net::EchoServer::port, 5000).has_value());
        }
        cycles = (arch::cycles() - begin) / rounds;
    });
    return cycles;
}

} // namespace

LACUNA_TEST("figures.net", "TCP between two namespaces") {
    for (const std::uint16_t mtu : {std::uint16_t{1500}, std::uint16_t{4000}}) {
        const Pair pair("t-a", "t-b", mtu);
        REQUIRE(pair);
        CHECK(pair.far.run([] { CHECK(net::IperfServer::start().has_value()); }));
        static_cast<void>(stream_cost(pair)); // fills caches and magazines
        kernel::print("# figure net.veth_mtu{}.tcp_bulk.per_mib {}\n", mtu, stream_cost(pair) / mebibytes);
        kernel::print("# figure net.veth_mtu{}.tcp_rr_1B.round_trip {}\n", mtu, round_trip_cost(pair));
        kernel::print("# figure net.veth_mtu{}.tcp_connect_close {}\n", mtu, connection_cost(pair));
    }
}
