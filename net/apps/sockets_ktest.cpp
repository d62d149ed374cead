// SPDX-License-Identifier: MIT
// Applications and the sockets API over the loopback interface of one namespace.
#include "kernel/ns/frame_balance.hpp"
#include "kernel/ns/scratch_namespace.hpp"
#include "kernel/test/test.hpp"
#include "net/apps/bulk.hpp"
#include "net/apps/echo_server.hpp"
#include "net/apps/fetch.hpp"
#include "net/apps/http_server.hpp"
#include "net/apps/iperf_client.hpp"
#include "net/apps/iperf_server.hpp"
#include "net/apps/ping.hpp"
#include "net/apps/socket.hpp"
#include "net/apps/socket_address.hpp"
#include "net/stack/ip_prefix.hpp"

#include <lwip/sockets.h>

#include <array>
#include <cstring>

using kernel::Error;
using kernel::ScratchNamespace;
using net::Socket;

namespace {

constexpr unsigned patience_ms = 5000;

ip_addr_t loopback() { return IPADDR4_INIT_BYTES(127, 0, 0, 1); }

/// Sends a word to the echo server and takes it back.
kernel::Result<> echo_once(const ip_addr_t& address) {
    auto socket = TRY(Socket::connect(address, net::EchoServer::port, patience_ms));
    socket.set_timeout(patience_ms);
    constexpr std::string_view word = "lacuna";
    TRY(socket.send(std::as_bytes(std::span(word))));
    std::array<std::byte, word.size()> back{};
    for (std::size_t filled = 0; filled < back.size();) {
        const auto piece = TRY(socket.receive(std::span(back).subspan(filled)));
        if (piece.empty()) return kernel::fail(Error::Closed);
        filled += piece.size();
    }
    if (std::memcmp(back.data(), word.data(), back.size()) != 0) return kernel::fail(Error::Io);
    return {};
}

} // namespace

LACUNA_TEST("net.sockets", "TCP over loopback, IPv4 and IPv6") {
    const ScratchNamespace a("nsk-a");
    REQUIRE(a);
    CHECK(a.inside([] {
        REQUIRE(net::EchoServer::start().has_value());
        CHECK(echo_once(loopback()).has_value());
        const ip_addr_t v6 = IPADDR6_INIT_HOST(0, 0, 0, 1);
        CHECK(echo_once(v6).has_value());
        CHECK(net::EchoServer::stop().has_value());
        CHECK(echo_once(loopback()) == kernel::fail(Error::Refused));
    }));
}

LACUNA_TEST("net.sockets", "two namespaces serve the same address and port at once") {
    const ScratchNamespace a("nsk-a");
    const ScratchNamespace b("nsk-b");
    REQUIRE(a);
    REQUIRE(b);
    CHECK(a.inside([] { CHECK(net::EchoServer::start().has_value()); }));
    // Nobody listens in b yet, whatever a does on the same address.
    CHECK(b.inside([] { CHECK(echo_once(loopback()) == kernel::fail(Error::Refused)); }));
    CHECK(b.inside([] { CHECK(net::EchoServer::start().has_value()); }));
    for (int round = 0; round < 3; ++round) {
        CHECK(a.inside([] { CHECK(echo_once(loopback()).has_value()); }));
        CHECK(b.inside([] { CHECK(echo_once(loopback()).has_value()); }));
    }
}

LACUNA_TEST("net.sockets", "UDP echo through the sockets API") {
    const ScratchNamespace a("nsk-a");
    REQUIRE(a);
    CHECK(a.inside([] {
        REQUIRE(net::EchoServer::start().has_value());
        const int descriptor = lwip_socket(AF_INET, SOCK_DGRAM, 0);
        REQUIRE(descriptor >= 0);
        const net::SocketAddress to(loopback(), net::EchoServer::port);
        constexpr std::string_view word = "datagram";
        CHECK(lwip_sendto(descriptor, word.data(), word.size(), 0, to.get(), to.size()) ==
              static_cast<ssize_t>(word.size()));
        pollfd poll{.fd = descriptor, .events = POLLIN, .revents = 0};
        CHECK(lwip_poll(&poll, 1, patience_ms) == 1);
        std::array<char, 32> back{};
        CHECK(lwip_recv(descriptor, back.data(), back.size(), 0) == static_cast<ssize_t>(word.size()));
        CHECK(std::string_view(back.data()) == word);
        lwip_close(descriptor);
    }));
}

LACUNA_TEST("net.sockets", "errors are told apart") {
    const ScratchNamespace a("nsk-a");
    REQUIRE(a);
    CHECK(a.inside([] {
        CHECK(Socket::connect(loopback(), 9, patience_ms) == kernel::fail(Error::Refused));
        const ip_addr_t elsewhere = IPADDR4_INIT_BYTES(10, 99, 0, 1);
        CHECK(Socket::connect(elsewhere, 9, patience_ms) == kernel::fail(Error::NotFound));
        auto listener = Socket::listen(4000);
        REQUIRE(listener.has_value());
        CHECK(Socket::listen(4000) == kernel::fail(Error::Exists));
        CHECK(listener->accept(20) == kernel::fail(Error::TimedOut));
        auto client = Socket::connect(loopback(), 4000, patience_ms);
        REQUIRE(client.has_value());
        auto server = listener->accept(patience_ms);
        REQUIRE(server.has_value());
        server->set_timeout(20);
        std::array<std::byte, 8> buffer{};
        CHECK(server->receive(buffer) == kernel::fail(Error::TimedOut));
        client->close();
        const auto end = server->receive(buffer);
        CHECK((end.has_value() && end->empty()));
    }));
}

LACUNA_TEST("net.sockets", "connections by the thousand") {
    const ScratchNamespace a("nsk-a");
    REQUIRE(a);
    unsigned good = 0;
    CHECK(a.inside([&] {
        REQUIRE(net::EchoServer::start().has_value());
        for (unsigned n = 0; n < 2000; ++n) good += echo_once(loopback()).has_value() ? 1 : 0;
    }));
    CHECK(good == 2000u);
}

LACUNA_TEST("net.sockets", "every byte of a long stream arrives as it was sent") {
    const ScratchNamespace a("nsk-a");
    REQUIRE(a);
    CHECK(a.inside([] {
        REQUIRE(net::BulkSink::start().has_value());
        for (std::uint64_t bytes : {1ull, 4095ull, 4ull << 20}) {
            const auto sent = net::bulk_send({.host = "127.0.0.1", .bytes = bytes, .seed = bytes});
            CHECK(sent.has_value());
        }
    }));
}

LACUNA_TEST("net.apps", "the HTTP server shows its namespace and answers 404") {
    const ScratchNamespace a("nsk-a");
    REQUIRE(a);
    CHECK(a.inside([] {
        REQUIRE(net::HttpServer::start().has_value());
        CHECK(net::HttpServer::start() == kernel::fail(Error::Exists));
        const auto state = net::fetch({.url = "http://127.0.0.1/lacuna"});
        if (!state) FAIL(kernel::name(state.error()));
        CHECK(state->status == 200u);
        CHECK(state->bytes > 200u);
        const auto index = net::fetch({.url = "http://127.0.0.1/"});
        REQUIRE(index.has_value());
        CHECK(index->status == 200u);
        const auto missing = net::fetch({.url = "http://127.0.0.1/no/such/file"});
        REQUIRE(missing.has_value());
        CHECK(missing->status == 404u);
        CHECK(net::HttpServer::stop().has_value());
        CHECK(net::HttpServer::start().has_value());
    }));
}

LACUNA_TEST("net.apps", "ping answers on loopback") {
    const ScratchNamespace a("nsk-a");
    REQUIRE(a);
    CHECK(a.inside([] {
        for (std::string_view host : {"127.0.0.1", "::1"}) {
            const auto result = net::ping({.host = host, .count = 3, .interval_ms = 1});
            REQUIRE(result.has_value());
            CHECK(result->received == 3u);
        }
        CHECK(net::ping({.host = "127.0.0.1", .count = 0}) == kernel::fail(Error::InvalidArgument));
        CHECK(net::ping({.host = ""}) == kernel::fail(Error::InvalidArgument));
    }));
}

LACUNA_TEST("net.apps", "iperf's server and client fit each other") {
    const ScratchNamespace a("nsk-a");
    REQUIRE(a);
    CHECK(a.inside([] {
        REQUIRE(net::IperfServer::start().has_value());
        const auto result = net::iperf({.host = "127.0.0.1", .mebibytes = 2});
        REQUIRE(result.has_value());
        CHECK(result->bytes == 2u << 20);
        CHECK(net::IperfServer::stop().has_value());
        CHECK(net::IperfServer::start().has_value());
    }));
}

LACUNA_TEST("net.apps", "a namespace that ends with traffic under way leaves nothing behind") {
    const auto cycle = [] {
        ScratchNamespace a("nsk-end");
        if (!a) return false;
        const auto begun = a.inside([] {
            static_cast<void>(net::BulkSink::start());
            // Goes on until the namespace ends.
            static_cast<void>(kernel::spawn({.name = "endless", .function = [](void*) {
                                                 static_cast<void>(
                                                     net::bulk_send({.host = "127.0.0.1", .bytes = ~0ull >> 1}));
                                             }}));
        });
        static_cast<void>(kernel::sleep_for(kernel::milliseconds(5)));
        return begun && a.remove();
    };
    for (int warm_up = 0; warm_up < 3; ++warm_up) REQUIRE(cycle());
    const mm::PageCount before = kernel::frame_balance();
    for (int i = 0; i < 30; ++i) REQUIRE(cycle());
    CHECK(kernel::frame_balance().raw() == before.raw());
}
