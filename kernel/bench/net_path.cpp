// SPDX-License-Identifier: MIT
#include "kernel/bench/net_path.hpp"

#include "net/links/links.hpp"

namespace kernel::bench {
namespace {

net::InterfaceConfig interface(const PathSpec& spec, std::uint8_t host) {
    net::InterfaceConfig config;
    config.mtu = spec.mtu;
    config.checksum_offload = spec.checksum_offload;
    config.packing = spec.packing;
    config.addressing = net::Addressing::Static;
    config.address = {.address = IPADDR4_INIT_BYTES(192, 168, 77, host), .length = 24};
    return config;
}

} // namespace

Path::Path(const PathSpec& spec) {
    if (!near_) return;
    if (spec.kind == PathSpec::Kind::Loopback) {
        ready_ = true;
        return;
    }
    far_.emplace("bench-far");
    ready_ = *far_ && net::create_veth(*near_, interface(spec, 1), **far_, interface(spec, 2));
}

ip_addr_t Path::address() const {
    constexpr ip_addr_t loopback = IPADDR4_INIT_BYTES(127, 0, 0, 1);
    constexpr ip_addr_t beyond_the_veth = IPADDR4_INIT_BYTES(192, 168, 77, 2);
    return far_ ? beyond_the_veth : loopback;
}

} // namespace kernel::bench
