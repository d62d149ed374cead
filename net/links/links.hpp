// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "net/veth/interface_config.hpp"

#include <cstdint>
#include <optional>

namespace kernel {
class NetNamespace;
}

/// The links between network namespaces, as the shell and the boot code make them. All functions are for
/// threads outside all namespaces (a shared stack), since they send threads into them; all sleep.
namespace net {

/// Joins two namespaces by a veth pair, an interface in each. The MAC addresses are chosen here.
/// Errors: OutOfMemory, DomainLimit, InvalidArgument (MTU), NoSpace, Closed (a namespace is ending).
/// Precondition: no other task begins to remove one of them before this returns.
kernel::Result<> create_veth(kernel::NetNamespace& a, const InterfaceConfig& in_a, kernel::NetNamespace& b,
                             const InterfaceConfig& in_b);

/// How a namespace hangs on the bridge. What is left out is chosen: 10.0.2.(20 + n)/24 with the smallest n
/// from 1 that is free, and the gateway 10.0.2.2 (QEMU's user network).
struct BridgeLink {
    std::optional<IpPrefix> address;
    std::optional<ip_addr_t> gateway;
    std::uint16_t mtu = default_mtu;
    std::optional<ChecksumOffload> checksum_offload{}; ///< not TcpAndUdp: its packets may leave the machine
};

/// Joins `space` to the bridge of `owner` by a veth pair. Returns the address it got.
/// Errors: as create_veth; NotFound if `owner` has no bridge; NoSpace when the addresses have run out.
kernel::Result<IpPrefix> attach_to_bridge(kernel::NetNamespace& space, kernel::NetNamespace& owner,
                                          const BridgeLink& link = {});

/// Frees every veth pair with an end in `space`, which is closed already (its stack was stopped), once the
/// other end has followed.
void disconnect_all(kernel::NetNamespace& space);

/// Whether the network card, if there is one, becomes a port of the bridge.
enum class Card : std::uint8_t { Ignore, Use };
/// What the initial namespace's interface on its bridge is like.
struct Uplink {
    Card card = Card::Use;
    Addressing addressing = Addressing::Static; ///< Static: 10.0.2.15/24, gateway 10.0.2.2
};

/// Makes the bridge in the initial namespace, with an interface of the namespace's own, and starts the
/// virtio network card as its first port. Boot, once. Having no card is no error; a card that does not work
/// is reported in the log.
/// Errors: OutOfMemory, DomainLimit.
kernel::Result<> bring_up_uplink(kernel::NetNamespace& init, const Uplink& uplink = {});

} // namespace net
