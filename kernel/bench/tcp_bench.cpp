// SPDX-License-Identifier: MIT
// TCP through the sockets API, one task at each end. What both ends do is counted, as there is one CPU.
#include <array>

#include "kernel/bench/benchmark.hpp"
#include "kernel/bench/net_path.hpp"
#include "kernel/bench/run.hpp"
#include "net/apps/socket.hpp"
#include "net/lwip/heap_buffer.hpp"
#include "net/wire/wire.hpp"

namespace kernel::bench {
namespace {

constexpr std::uint16_t port = 5100;
constexpr unsigned timeout_ms = 10'000;
constexpr std::uint64_t stream_bytes = 8 << 20;
constexpr std::size_t write_bytes = 64 << 10;

constexpr PathSpec veth_1500{.mtu = 1500};
constexpr PathSpec veth_1500_checksums{.mtu = 1500, .checksum_offload = net::ChecksumOffload::None};
constexpr PathSpec veth_1500_alone{.mtu = 1500, .packing = net::Packing::Alone};
constexpr PathSpec veth_65535{.mtu = 65535};
constexpr PathSpec loopback{.kind = PathSpec::Kind::Loopback};

/// Receives and discards `bytes`.
Result<> drain(net::Socket& socket, std::uint64_t bytes, std::span<std::byte> buffer) {
    while (bytes > 0) {
        const auto got = TRY(socket.receive(buffer));
        if (got.empty()) return fail(Error::Closed);
        bytes -= got.size();
    }
    return {};
}

/// Receives streams, and answers each with a byte when it is whole.
Result<> bulk_server(Semaphore& ready) {
    auto listener = TRY(net::Socket::listen(port));
    const auto buffer = TRY(net::HeapBuffer::allocate(write_bytes));
    ready.release();
    auto socket = TRY(listener.accept(timeout_ms));
    while (drain(socket, stream_bytes, buffer.bytes())) {
        TRY(socket.send(std::array{std::byte{1}}));
    }
    return {};
}

Result<> bulk_client(const Path& path, Run& run) {
    auto socket = TRY(net::Socket::connect(path.address(), port, timeout_ms));
    const auto buffer = TRY(net::HeapBuffer::allocate(write_bytes));
    std::array<std::byte, 1> answer{};
    run.measure(
        stream_bytes,
        [&] {
            for (std::uint64_t sent = 0; sent < stream_bytes; sent += write_bytes) {
                if (!socket.send(buffer.bytes())) return false;
            }
            return socket.receive(answer).has_value();
        },
        few);
    return {};
}

/// Sends back what it gets.
Result<> echo_server(Semaphore& ready) {
    auto listener = TRY(net::Socket::listen(port));
    ready.release();
    auto socket = TRY(listener.accept(timeout_ms));
    std::array<std::byte, 16> buffer{};
    while (true) {
        const auto got = TRY(socket.receive(buffer));
        if (got.empty()) return {};
        TRY(socket.send(got));
    }
}

Result<> echo_client(const Path& path, Run& run) {
    constexpr std::uint64_t rounds = 200;
    auto socket = TRY(net::Socket::connect(path.address(), port, timeout_ms));
    std::array<std::byte, 1> byte{};
    run.measure(rounds, [&] {
        for (std::uint64_t i = 0; i < rounds; ++i) {
            if (!socket.send(byte) || !socket.receive(byte)) return false;
        }
        return true;
    });
    return {};
}

constexpr std::uint64_t connections = 50;
constexpr Repeats connecting{.warm_ups = 1, .samples = 9};

/// Accepts connections and closes them when the other end does.
Result<> accept_server(Semaphore& ready) {
    auto listener = TRY(net::Socket::listen(port));
    ready.release();
    std::array<std::byte, 16> buffer{};
    for (std::uint64_t i = 0; i < connections * (connecting.warm_ups + connecting.samples); ++i) {
        auto socket = TRY(listener.accept(timeout_ms));
        static_cast<void>(TRY(socket.receive(buffer)));
    }
    return {};
}

Result<> connect_client(const Path& path, Run& run) {
    run.measure(
        connections,
        [&] {
            for (std::uint64_t i = 0; i < connections; ++i) {
                if (!net::Socket::connect(path.address(), port, 0)) return false;
            }
            return true;
        },
        connecting);
    return {};
}

using Server = Result<> (*)(Semaphore& ready);
using Client = Result<> (*)(const Path& path, Run& run);

template <const PathSpec& spec, Server server, Client client>
void over(Run& run) {
    const Path path(spec);
    if (!path) return run.fail("no path between two namespaces");
    const auto note = [&run](const Result<>& result) {
        if (!result) run.fail(result.error());
    };
    note(path.between([&](Semaphore& ready) { note(server(ready)); }, [&] { note(client(path, run)); }));
}

// lwIP has no segmentation offload: each segment crosses on its own, which Linux calls nogso.
LACUNA_BENCHMARK("net.veth_mtu1500.tcp_bulk.per_byte", Unit::Cycles, over<veth_1500, bulk_server, bulk_client>);
LACUNA_BENCHMARK("net.veth_mtu1500_nogso.tcp_bulk.per_byte", Unit::Cycles, over<veth_1500, bulk_server, bulk_client>);
LACUNA_BENCHMARK("net.veth_mtu1500_nogso_csum.tcp_bulk.per_byte", Unit::Cycles,
                 over<veth_1500_checksums, bulk_server, bulk_client>);
// Each in a block of its own, too.
LACUNA_BENCHMARK("net.veth_mtu1500_unpacked.tcp_bulk.per_byte", Unit::Cycles,
                 over<veth_1500_alone, bulk_server, bulk_client>);
LACUNA_BENCHMARK("net.veth_mtu65535.tcp_bulk.per_byte", Unit::Cycles, over<veth_65535, bulk_server, bulk_client>);
LACUNA_BENCHMARK("net.veth_mtu1500.tcp_rr_1B.round_trip", Unit::Cycles, over<veth_1500, echo_server, echo_client>);
LACUNA_BENCHMARK("net.veth_mtu1500.tcp_connect_close", Unit::Cycles, over<veth_1500, accept_server, connect_client>);
LACUNA_BENCHMARK("net.lo_mtu65536.tcp_bulk.per_byte", Unit::Cycles, over<loopback, bulk_server, bulk_client>);
LACUNA_BENCHMARK("net.lo_mtu65536.tcp_rr_1B.round_trip", Unit::Cycles, over<loopback, echo_server, echo_client>);
LACUNA_BENCHMARK("net.lo_mtu65536.tcp_connect_close", Unit::Cycles, over<loopback, accept_server, connect_client>);

} // namespace
} // namespace kernel::bench
