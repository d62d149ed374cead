// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "net/bridge/mac_address.hpp"
#include "net/handover/port.hpp"
#include "net/lwip/held_ack.hpp"
#include "net/veth/interface_config.hpp"
#include "net/veth/segment_joiner.hpp"

#include <lwip/netif.h>

namespace net {

/// An lwIP interface in front of a port: Ethernet with ARP and ND, IPv4 and IPv6.
///
/// Lies in the namespace's own memory and is out of use when its port goes. Context: inside the
/// namespace, under the core lock.
class Interface final : public PacketSink {
public:
    /// Makes an interface, sets its addresses and brings it up. `port` outlives it.
    /// Errors: OutOfMemory, DomainLimit; InvalidArgument for an MTU out of range.
    static kernel::Result<Interface*> create(Port& port, const InterfaceConfig& config);

    Interface(Port& port, const InterfaceConfig& config) : port_(port), config_(config) {}
    Interface(const Interface&) = delete;
    Interface& operator=(const Interface&) = delete;

    netif& lwip() { return netif_; }

    void deliver(Packet& packet) override;
    void end_batch() override { input_joined(HeldAck::Behind::Nothing); }
    void port_gone() override;

private:
    kernel::Result<> add();
    void retire();
    void input(Packet& packet);
    void input_other(Packet& packet);
    bool join(Packet& packet);
    void input_joined(HeldAck::Behind behind);
    void address();
    static err_t initialise(netif* interface);
    static err_t transmit(netif* interface, pbuf* p);
    static err_t output_ip4(netif* interface, pbuf* p, const ip4_addr_t* next_hop);
    err_t send(PacketSource& source);
    /// What packets of this interface say of their checksums.
    Checksums checksums() const {
        const auto offload = config_.checksum_offload.value_or(ChecksumOffload::None);
        return offload == ChecksumOffload::None ? Checksums::Computed : Checksums::Deferred;
    }

    static Interface* retired_;

    Port& port_;
    Interface* next_retired_ = nullptr;
    InterfaceConfig config_;
    SegmentJoiner joiner_;
    netif netif_{};
};

} // namespace net
