// SPDX-License-Identifier: MIT
#include "net/links/links.hpp"

#include "kernel/main/system.hpp"
#include "mm/memory.hpp"
#include "net/bridge/bridge.hpp"
#include "net/links/kernel_wire_memory.hpp"
#include "net/links/shared_new.hpp"
#include "net/links/veth.hpp"
#include "net/veth/frame_pbuf.hpp"

#include <atomic>
#include <bitset>

namespace net {

using kernel::Error;
using kernel::fail;
using kernel::Result;

namespace {

/// 10.0.2.0/24 is what QEMU's user network gives out; up to .20 it uses addresses of its own.
constexpr std::uint8_t first_host = 21;
constexpr std::uint8_t last_host = 254;

ip_addr_t user_network(std::uint8_t host) {
    ip_addr_t address = IPADDR4_INIT_BYTES(10, 0, 2, host);
    return address;
}

/// All veth pairs, and which addresses of the user network are taken.
struct Registry {
    kernel::Mutex mutex{"links"};
    kernel::IntrusiveList<Veth, &Veth::hook> pairs LACUNA_GUARDED_BY(mutex);
    std::bitset<last_host + 1> hosts LACUNA_GUARDED_BY(mutex);
    std::atomic<std::uint32_t> next_serial{1}; ///< of wires and MAC addresses
};
constinit Registry registry;
constinit KernelWireMemory wire_memory;

std::uint32_t serial() { return registry.next_serial.fetch_add(1, std::memory_order_relaxed); }

Result<> connect(const Veth::End& a, const Veth::End& b, std::optional<std::uint8_t> host = {}) {
    TRY(prepare_frame_pbufs());
    Veth* pair = TRY(shared_new<Veth>(serial(), wire_memory, handover(kernel::memory().policies()), a, b));
    if (auto opened = pair->open(); !opened) {
        shared_delete(pair);
        return opened;
    }
    pair->host = host;
    // What the making of the ends left over: most namespaces are idle.
    for (const Veth::End* end : {&a, &b}) end->space->domain().trim();
    kernel::MutexGuard guard(registry.mutex);
    registry.pairs.push_back(*pair);
    return {};
}

Result<std::uint8_t> take_host() {
    kernel::MutexGuard guard(registry.mutex);
    for (unsigned host = first_host; host <= last_host; ++host) {
        if (registry.hosts.test(host)) continue;
        registry.hosts.set(host);
        return static_cast<std::uint8_t>(host);
    }
    return fail(Error::NoSpace);
}

void give_host(std::uint8_t host) {
    kernel::MutexGuard guard(registry.mutex);
    registry.hosts.reset(host);
}

/// Fills in what the caller left to the boot options. `possible`: what the kind of link allows.
void complete(InterfaceConfig& config, ChecksumOffload possible) {
    const kernel::Options& options = kernel::options();
    const bool offload = options.net_offload == kernel::Switch::Yes;
    const bool join = options.net_join == kernel::Switch::Yes;
    if (!config.checksum_offload) config.checksum_offload = offload ? possible : ChecksumOffload::None;
    if (!config.join_segments) config.join_segments = join ? JoinSegments::Yes : JoinSegments::No;
    const bool pack = options.net_pack == kernel::Switch::Yes;
    if (!config.packing) config.packing = pack ? Packing::Together : Packing::Alone;
}

} // namespace

Result<> create_veth(kernel::NetNamespace& a, const InterfaceConfig& in_a, kernel::NetNamespace& b,
                     const InterfaceConfig& in_b) {
    Veth::End first{&a, {WirePort::Role::Interface, in_a}};
    Veth::End second{&b, {WirePort::Role::Interface, in_b}};
    for (Veth::End* end : {&first, &second}) {
        end->config.interface.mac = MacAddress::local(serial());
        complete(end->config.interface, ChecksumOffload::TcpAndUdp);
    }
    return connect(first, second);
}

Result<IpPrefix> attach_to_bridge(kernel::NetNamespace& space, kernel::NetNamespace& owner, const BridgeLink& link) {
    Veth::End inside{&space, {WirePort::Role::Interface, {}}};
    Veth::End at_bridge{&owner, {WirePort::Role::BridgePort, {}}};
    InterfaceConfig& config = inside.config.interface;
    config.mac = MacAddress::local(serial());
    config.mtu = link.mtu;
    config.checksum_offload = link.checksum_offload;
    complete(config, ChecksumOffload::Tcp);
    config.addressing = Addressing::Static;
    config.gateway = link.gateway;
    std::optional<std::uint8_t> host;
    if (link.address) {
        config.address = *link.address;
    } else {
        host = TRY(take_host());
        config.address = {user_network(*host), 24};
        if (!link.gateway) config.gateway = user_network(2);
    }
    // The bridge's end first: it is there to hear what the interface announces.
    if (auto connected = connect(at_bridge, inside, host); !connected) {
        if (host) give_host(*host);
        return fail(connected.error());
    }
    return config.address;
}

void disconnect_all(kernel::NetNamespace& space) {
    while (true) {
        Veth* pair = nullptr;
        {
            kernel::MutexGuard guard(registry.mutex);
            for (Veth& candidate : registry.pairs) {
                if (candidate.connects(space)) pair = &candidate;
            }
            if (pair == nullptr) return;
            registry.pairs.remove(*pair);
        }
        pair->wait_closed();
        if (pair->host) give_host(*pair->host);
        shared_delete(pair);
    }
}

} // namespace net
