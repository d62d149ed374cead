// SPDX-License-Identifier: MIT
// Veth pairs and the bridge with lwIP on both sides.
#include "kernel/base/events.hpp"
#include "kernel/ns/scratch_namespace.hpp"
#include "kernel/sync/semaphore.hpp"
#include "kernel/test/test.hpp"
#include "mm/memory.hpp"
#include "net/apps/ping.hpp"
#include "net/bridge/ethernet.hpp"
#include "net/links/link_state.hpp"
#include "net/links/links.hpp"
#include "net/lwip/instance.hpp"
#include "net/stack/core_lock.hpp"
#include "net/stack/interfaces.hpp"
#include "net/stack/ip_prefix.hpp"
#include "net/veth/interface.hpp"

#include <lwip/netif.h>
#include <lwip/tcpip.h>
#include <lwip/udp.h>
#include <netif/ethernet.h>

#include <array>
#include <atomic>
#include <cstring>

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

/// A way out that leads nowhere.
class NoPort final : public net::Port {
public:
    kernel::Result<> send(net::PacketSource&) override { return kernel::fail(Error::Closed); }
    kernel::Result<> forward(net::Packet& packet) override {
        packet.recycle(net::link_state->frames);
        return kernel::fail(Error::Closed);
    }
};

LACUNA_TEST("net.veth", "a packet that ends within its headers at the end of its block is dropped") {
    const ScratchNamespace a{"veth-a"};
    const ScratchNamespace b{"veth-b"};
    REQUIRE(a);
    REQUIRE(b);
    REQUIRE(net::create_veth(*a, config_with(3, 1500), *b, config_with(4, 1500))); // for a stock of frames
    std::uint64_t dropped = 0;
    CHECK(a.inside([&] {
        NoPort port;
        const net::CoreLock lock;
        const net::InterfaceConfig config = config_with(1, 1500);
        auto made = net::Interface::create(port, config);
        REQUIRE(made.has_value());
        const auto before = kernel::snapshot_events();
        for (const std::uint16_t type : {ETHTYPE_IP, ETHTYPE_ARP, ETHTYPE_IPV6}) {
            for (const std::size_t behind : {std::size_t{0}, std::size_t{1}, std::size_t{19}}) {
                auto frame = net::link_state->frames.take();
                REQUIRE(frame.has_value());
                const std::size_t begin = mm::page_size - net::EthernetHeader::size - behind;
                std::byte* const header = frame->bytes().data() + begin;
                std::memcpy(header, config.mac.octets.data(), config.mac.octets.size());
                header[12] = static_cast<std::byte>(type >> 8);
                header[13] = static_cast<std::byte>(type);
                frame->set_dirty({0, mm::page_size});
                net::Packet packet;
                packet.append(std::move(*frame), {begin, mm::page_size});
                (*made)->deliver(packet);
            }
        }
        dropped = kernel::snapshot_events().since(before)[kernel::Event::PacketsDropped];
        (*made)->port_gone();
    }));
    CHECK(dropped == 9);
}

LACUNA_TEST("net.veth", "an interface may go while a packet to itself is on its way in") {
    const ScratchNamespace a{"veth-a"};
    REQUIRE(a);
    kernel::Semaphore reached{0};
    bool thread_lives = false;
    CHECK(a.inside([&] {
        NoPort port;
        {
            const net::CoreLock lock;
            auto made = net::Interface::create(port, config_with(1, 1500));
            REQUIRE(made.has_value());
            udp_pcb* const pcb = udp_new();
            pbuf* const packet = pbuf_alloc(PBUF_TRANSPORT, 64, PBUF_RAM);
            ip_addr_t self = IPADDR4_INIT_BYTES(192, 168, 7, 1);
            CHECK(udp_sendto(pcb, packet, &self, 9) == ERR_OK); // lwIP's thread is to bring it in
            pbuf_free(packet);
            udp_remove(pcb);
            (*made)->port_gone();
            // What takes the interface's place is no interface.
            std::array<void*, 8> objects{};
            for (void*& object : objects) {
                object = net::instance.domain->kmalloc(sizeof(net::Interface)).value_or(nullptr);
                if (object != nullptr) std::memset(object, 0xff, sizeof(net::Interface));
            }
            for (void* object : objects) net::instance.domain->kfree(object);
            CHECK(tcpip_try_callback([](void* semaphore) { static_cast<kernel::Semaphore*>(semaphore)->release(); },
                                     &reached) == ERR_OK);
        }
        thread_lives = reached.acquire(kernel::Deadline::in(kernel::seconds(10))).has_value();
    }));
    CHECK(thread_lives);
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
