// SPDX-License-Identifier: MIT
// Veth pairs and the bridge with lwIP on both sides.
#include "kernel/ns/scratch_namespace.hpp"
#include "kernel/test/test.hpp"
#include "mm/memory.hpp"
#include "net/apps/ping.hpp"
#include "net/links/links.hpp"
#include "net/stack/core_lock.hpp"
#include "net/stack/interfaces.hpp"
#include "net/stack/ip_prefix.hpp"

#include <lwip/netif.h>
#include <lwip/udp.h>

#include <array>
#include <atomic>

namespace {

using kernel::Error;
using kernel::ScratchNamespace;

net::InterfaceConfig config_with(std::uint8_t host, std::uint16_t mtu) {
    net::InterfaceConfig config{.mtu = mtu, .addressing = net::Addressing::Static};
    config.address = {IPADDR4_INIT_BYTES(192, 168, 7, host), 24};
    return config;
}

bool has_devices(kernel::NetNamespace& ns) {
    kernel::MutexGuard guard(ns.devices_mutex);
    return !ns.devices.empty();
}

unsigned ping_from(const ScratchNamespace& ns, std::string_view host, std::size_t bytes) {
    unsigned received = 0;
    CHECK(ns.inside([&] {
        const auto result = net::ping({.host = host, .count = 1, .bytes = bytes, .timeout_ms = 2000});
        if (result) received = result->received;
    }));
    return received;
}

LACUNA_TEST("net.veth", "pings of all sizes, over small, usual and large MTUs") {
    for (const std::uint16_t mtu : {net::min_mtu, net::default_mtu, std::uint16_t{4000}, net::max_mtu}) {
        ScratchNamespace a{"veth-a"};
        ScratchNamespace b{"veth-b"};
        REQUIRE(a);
        REQUIRE(b);
        REQUIRE(net::create_veth(*a, config_with(1, mtu), *b, config_with(2, mtu)));
        for (const std::size_t bytes : {std::size_t{0}, std::size_t{56}, std::size_t{1472}, std::size_t{8000}}) {
            CHECK(ping_from(a, "192.168.7.2", bytes) == 1);
            CHECK(ping_from(b, "192.168.7.1", bytes) == 1);
        }
    }
}

LACUNA_TEST("net.veth", "an MTU out of range is refused, and nothing is left of the pair") {
    ScratchNamespace a{"veth-a"};
    ScratchNamespace b{"veth-b"};
    REQUIRE(a);
    REQUIRE(b);
    CHECK(net::create_veth(*a, config_with(1, 575), *b, config_with(2, 1500)).error() == Error::InvalidArgument);
    CHECK(net::create_veth(*a, config_with(1, 1500), *b, config_with(2, 0)).error() == Error::InvalidArgument);
    CHECK(!has_devices(*a));
    CHECK(!has_devices(*b));
    REQUIRE(net::create_veth(*a, config_with(1, 1500), *b, config_with(2, 1500)));
    CHECK(ping_from(a, "192.168.7.2", 56) == 1);
}

LACUNA_TEST("net.veth", "when one namespace goes, the other's end goes with it") {
    ScratchNamespace a{"veth-a"};
    REQUIRE(a);
    for (int round = 0; round < 5; ++round) {
        ScratchNamespace b{"veth-b"};
        REQUIRE(b);
        REQUIRE(net::create_veth(*a, config_with(1, 1500), *b, config_with(2, 1500)));
        CHECK(ping_from(a, "192.168.7.2", 56) == 1);
        b.remove();
        CHECK(!has_devices(*a));
        bool only_loopback = false;
        CHECK(a.inside([&] {
            const net::CoreLock lock;
            only_loopback = netif_list != nullptr && netif_list->next == nullptr;
        }));
        CHECK(only_loopback);
    }
}

constexpr std::uint16_t discard_port = 9;

/// Sends datagrams from the current namespace as fast as it can; errors are part of it. Nothing is received meanwhile:
/// the core lock is held.
void flood(const ip_addr_t& to, unsigned datagrams, std::uint16_t bytes = 1400) {
    const net::CoreLock lock;
    udp_pcb* pcb = udp_new_ip_type(IPADDR_TYPE_ANY);
    if (pcb == nullptr) return;
    for (unsigned i = 0; i < datagrams; ++i) {
        pbuf* p = pbuf_alloc(PBUF_TRANSPORT, bytes, PBUF_RAM);
        if (p == nullptr) break;
        static_cast<void>(udp_sendto(pcb, p, &to, discard_port));
        pbuf_free(p);
    }
    udp_remove(pcb);
}

ip_addr_t host_of_pair(std::uint8_t host) { return IPADDR4_INIT_BYTES(192, 168, 7, host); }

/// Counts in `received` what arrives at the current namespace's discard port, until the namespace ends.
bool count_datagrams(std::atomic<unsigned>& received) {
    const net::CoreLock lock;
    udp_pcb* pcb = udp_new_ip_type(IPADDR_TYPE_ANY);
    if (pcb == nullptr || udp_bind(pcb, IP_ANY_TYPE, discard_port) != ERR_OK) return false;
    udp_recv(
        pcb,
        [](void* count, udp_pcb*, pbuf* packet, const ip_addr_t*, u16_t) {
            ++*static_cast<std::atomic<unsigned>*>(count);
            pbuf_free(packet);
        },
        &received);
    return true;
}

/// Waits for as many, for two seconds at most.
bool reaches(const std::atomic<unsigned>& received, unsigned wanted) {
    for (int wait = 0; wait < 200 && received < wanted; ++wait) {
        static_cast<void>(kernel::sleep_for(kernel::milliseconds(10)));
    }
    return received == wanted;
}

LACUNA_TEST("net.veth", "what is sent before the neighbour's address is known waits for it") {
    constexpr unsigned datagrams = 60;
    std::atomic<unsigned> received = 0;
    ScratchNamespace a{"veth-a"};
    ScratchNamespace b{"veth-b"};
    REQUIRE(a);
    REQUIRE(b);
    REQUIRE(net::create_veth(*a, config_with(1, 1500), *b, config_with(2, 1500)));
    CHECK(a.inside([] { CHECK(net::add_address("ve1", *net::parse_prefix("fd00::1/64"))); }));
    CHECK(b.inside([&] {
        CHECK(net::add_address("ve1", *net::parse_prefix("fd00::2/64")));
        CHECK(count_datagrams(received));
    }));
    CHECK(a.inside([] { flood(host_of_pair(2), datagrams, 8); }));
    CHECK(reaches(received, datagrams));
    received = 0;
    CHECK(a.inside([] { flood(*net::parse_ip("fd00::2"), datagrams, 8); }));
    CHECK(reaches(received, datagrams));
}

LACUNA_TEST("net.veth", "a namespace destroyed while frames fly towards it takes none with it") {
    ScratchNamespace a{"veth-a"};
    REQUIRE(a);
    for (int round = 0; round < 3; ++round) {
        ScratchNamespace b{"veth-b"};
        REQUIRE(b);
        REQUIRE(net::create_veth(*a, config_with(1, 1500), *b, config_with(2, 1500)));
        CHECK(ping_from(a, "192.168.7.2", 56) == 1);
        CHECK(a.inside([] { flood(host_of_pair(2), 400); }));
        b.remove();
    }
    std::size_t lost = 0;
    for (const mm::Frame& frame : kernel::memory().frames().all()) {
        if (frame.state == mm::FrameState::InTransit) ++lost;
    }
    CHECK(lost == 0);
}

LACUNA_TEST("net.veth", "a wire flooded until it is full works again afterwards") {
    ScratchNamespace a{"veth-a"};
    ScratchNamespace b{"veth-b"};
    REQUIRE(a);
    REQUIRE(b);
    REQUIRE(net::create_veth(*a, config_with(1, 1500), *b, config_with(2, 1500)));
    CHECK(ping_from(a, "192.168.7.2", 56) == 1);
    CHECK(a.inside([] { flood(host_of_pair(2), 5000); }));
    // The wire is still full when the flood ends, and what does not fit is lost, or refused at once.
    unsigned answered = 0;
    const kernel::Instant begin = kernel::Instant::now();
    while (answered == 0 && kernel::Instant::now().since(begin) < kernel::seconds(10)) {
        answered = ping_from(a, "192.168.7.2", 56);
        if (answered == 0) static_cast<void>(kernel::sleep_for(kernel::milliseconds(10)));
    }
    CHECK(answered == 1);
    CHECK(ping_from(b, "192.168.7.1", 1400) == 1);
}

} // namespace
