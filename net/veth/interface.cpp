// SPDX-License-Identifier: MIT
#include "net/veth/interface.hpp"

#include "kernel/base/events.hpp"
#include "net/bridge/ethernet.hpp"
#include "net/links/exclusive_new.hpp"
#include "net/links/link_state.hpp"
#include "net/lwip/instance.hpp"
#include "net/veth/frame_pbuf.hpp"
#include "net/veth/pbuf_source.hpp"

#include <lwip/dhcp.h>
#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <netif/ethernet.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

namespace net {

using kernel::Error;
using kernel::fail;
using kernel::Result;

namespace {

/// lwIP's flags for what this stack computes itself. What it checks of TCP and UDP is decided for each packet
/// (deliver); what goes from this interface to itself never leaves the namespace's memory.
constexpr u16_t checksum_control(ChecksumOffload offload) {
    constexpr u16_t always = NETIF_CHECKSUM_ENABLE_ALL & ~(NETIF_CHECKSUM_CHECK_TCP | NETIF_CHECKSUM_CHECK_UDP);
    switch (offload) {
    case ChecksumOffload::None:
        break;
    case ChecksumOffload::Tcp:
        return always & ~NETIF_CHECKSUM_GEN_TCP;
    case ChecksumOffload::TcpAndUdp:
        return always & ~(NETIF_CHECKSUM_GEN_TCP | NETIF_CHECKSUM_GEN_UDP);
    }
    return always;
}

/// Whether the headers are there that lwIP reads before it looks at the length.
bool has_fixed_headers(std::span<const std::byte> frame) {
    const auto ethernet = EthernetHeader::of(frame);
    if (!ethernet) return false;
    switch (ethernet->type) {
    case ETHTYPE_IP:
        return frame.size() >= SIZEOF_ETH_HDR + IP_HLEN;
    case ETHTYPE_IPV6:
        return frame.size() >= SIZEOF_ETH_HDR + IP6_HLEN;
    case ETHTYPE_ARP:
        return frame.size() >= SIZEOF_ETH_HDR + SIZEOF_ETHARP_HDR;
    default:
        return true;
    }
}

/// How far lwIP may read behind the end of a packet: a link-layer address option (RFC 4861, section 4.6.1) that is cut
/// off behind its length.
constexpr std::size_t read_on = 8;

/// Whether it may: IPv6, but for TCP and UDP, which fill blocks and whose options are looked at byte by byte.
bool reads_on(std::span<const std::byte> frame) {
    const auto ethernet = EthernetHeader::of(frame);
    if (!ethernet || ethernet->type != ETHTYPE_IPV6 || frame.size() < SIZEOF_ETH_HDR + IP6_HLEN) return false;
    const auto next_header = std::to_integer<u8_t>(frame[SIZEOF_ETH_HDR + 6]);
    return next_header != IP6_NEXTH_TCP && next_header != IP6_NEXTH_UDP;
}

/// A copy of a packet with zeros behind it, in place of it. Null if there is no memory.
pbuf* with_room_behind(pbuf* packet) {
    const std::size_t bytes = packet->tot_len + read_on;
    pbuf* copy = nullptr;
    if (bytes <= std::numeric_limits<u16_t>::max()) copy = pbuf_alloc(PBUF_RAW, static_cast<u16_t>(bytes), PBUF_RAM);
    if (copy != nullptr) {
        auto* const content = static_cast<std::byte*>(copy->payload);
        pbuf_copy_partial(packet, content, packet->tot_len, 0);
        std::memset(content + packet->tot_len, 0, read_on);
        copy->len = copy->tot_len = packet->tot_len;
    }
    pbuf_free(packet);
    return copy;
}

} // namespace

// Interfaces that are gone. lwIP may still have a message on its way that names one's netif: netif_poll, for what an
// interface sends to itself. So their memory is used for interfaces only, while the namespace lives.
LACUNA_PER_NAMESPACE Interface* Interface::retired_ = nullptr;

Result<Interface*> Interface::create(Port& port, const InterfaceConfig& config) {
    if (config.mtu < min_mtu || config.mtu > max_mtu) return fail(Error::InvalidArgument);
    Interface* made = retired_;
    if (made != nullptr) {
        retired_ = made->next_retired_;
        std::destroy_at(made);
        std::construct_at(made, port, config);
    } else {
        made = TRY(exclusive_new<Interface>(*instance.domain, port, config));
    }
    if (auto added = made->add(); !added) {
        made->retire();
        return fail(added.error());
    }
    return made;
}

void Interface::retire() {
    if (netif_.loop_first != nullptr) pbuf_free(netif_.loop_first); // one chain, whatever packets it is
    netif_.loop_first = netif_.loop_last = nullptr;
    next_retired_ = std::exchange(retired_, this);
}

Result<> Interface::add() {
    if (netif_add(&netif_, nullptr, nullptr, nullptr, this, &Interface::initialise, &ethernet_input) == nullptr) {
        return fail(Error::OutOfMemory);
    }
    // IPv6 packets pass through lwIP with their Ethernet header, which has to fit a pbuf's length.
    netif_.mtu6 = std::min<u16_t>(netif_.mtu, std::numeric_limits<u16_t>::max() - SIZEOF_ETH_HDR);
    address();
    netif_set_link_up(&netif_);
    netif_set_up(&netif_);
    netif_create_ip6_linklocal_address(&netif_, 1);
    if (config_.addressing == Addressing::Dhcp && dhcp_start(&netif_) != ERR_OK) {
        netif_remove(&netif_);
        return fail(Error::OutOfMemory);
    }
    return {};
}

void Interface::address() {
    if (config_.addressing == Addressing::Static) {
        const ip4_addr_t mask = netmask_of(config_.address.length);
        const ip4_addr_t gateway = config_.gateway ? *ip_2_ip4(&*config_.gateway) : *IP4_ADDR_ANY4;
        netif_set_addr(&netif_, ip_2_ip4(&config_.address.address), &mask, &gateway);
    }
    if (config_.gateway || config_.addressing == Addressing::Dhcp) netif_set_default(&netif_);
}

err_t Interface::initialise(netif* interface) {
    const InterfaceConfig& config = static_cast<Interface*>(interface->state)->config_;
    std::ranges::copy(config.name, interface->name);
    std::ranges::copy(config.mac.octets, interface->hwaddr);
    interface->hwaddr_len = ETH_HWADDR_LEN;
    interface->mtu = config.mtu;
    interface->output = &Interface::output_ip4;
    interface->output_ip6 = &ethip6_output;
    interface->linkoutput = &Interface::transmit;
    interface->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_MLD6;
    NETIF_SET_CHECKSUM_CTRL(interface, checksum_control(config.checksum_offload.value_or(ChecksumOffload::None)));
    netif_set_ip6_autoconfig_enabled(interface, 1);
    return ERR_OK;
}

/// As etharp_output, but for packets that with their Ethernet header are longer than a pbuf can say.
err_t Interface::output_ip4(netif* interface, pbuf* p, const ip4_addr_t* next_hop) {
    if (p->tot_len <= std::numeric_limits<u16_t>::max() - SIZEOF_ETH_HDR) return etharp_output(interface, p, next_hop);
    eth_addr* station = nullptr;
    const ip4_addr_t* address = nullptr;
    if (!ip4_addr_netcmp(next_hop, netif_ip4_addr(interface), netif_ip4_netmask(interface))) {
        next_hop = netif_ip4_gw(interface);
    }
    // The queue for unanswered ARP requests would lose it anyway: TCP sends it again.
    if (etharp_find_addr(interface, next_hop, &station, &address) < 0) {
        return etharp_query(interface, next_hop, nullptr);
    }
    eth_hdr header{};
    header.dest = *station;
    std::ranges::copy(interface->hwaddr, header.src.addr);
    header.type = PP_HTONS(ETHTYPE_IP);
    auto& self = *static_cast<Interface*>(interface->state);
    PbufSource source{*p, self.checksums(), std::as_bytes(std::span(&header, 1))};
    return self.send(source);
}

err_t Interface::transmit(netif* interface, pbuf* p) {
    auto& self = *static_cast<Interface*>(interface->state);
    PbufSource source{*p, self.checksums()};
    return self.send(source);
}

err_t Interface::send(PacketSource& source) {
    const auto sent = port_.send(source);
    if (sent) return ERR_OK;
    kernel::count(kernel::Event::PacketsDropped);
    // ERR_MEM tells TCP to try again, which is right for everything that passes.
    return sent.error() == Error::Closed || sent.error() == Error::InvalidArgument ? ERR_IF : ERR_MEM;
}

void Interface::deliver(Packet& packet) {
    // lwIP asks the interface which checksums to look at; the answer is one for this packet.
    const bool check = packet.checksums() == Checksums::Computed;
    const u16_t usual = netif_.chksum_flags;
    if (check) {
        input_joined(HeldAck::Behind::More);
        netif_.chksum_flags = static_cast<u16_t>(usual | NETIF_CHECKSUM_CHECK_TCP | NETIF_CHECKSUM_CHECK_UDP);
    }
    input(packet);
    if (check) netif_.chksum_flags = usual;
}

/// What is for this station and carries IPv4 goes straight there, without its Ethernet header: with it, the
/// largest packet is longer than a pbuf can say.
void Interface::input(Packet& packet) {
    PacketPiece& first = packet.pieces().front();
    const bool is_ip4 = EthernetHeader::is_for(config_.mac, ETHTYPE_IP, IP_HLEN, first.bytes());
    if (is_ip4) {
        first.extent.begin += EthernetHeader::size;
        if (join(packet)) return;
    }
    input_joined(HeldAck::Behind::More);
    if (!is_ip4) return input_other(packet);
    const auto p = wrap(packet);
    if (!p) {
        kernel::count(kernel::Event::PacketsDropped);
        return;
    }
    (*p)->if_idx = netif_get_index(&netif_);
    if (ip4_input(*p, &netif_) != ERR_OK) pbuf_free(*p);
}

/// What is for others too, or carries something else. lwIP reads fixed headers before it looks how long a packet is,
/// and in IPv6's options up to an option's length behind its end. Behind the end of a block there may be nothing, or a
/// page of somebody else's packet.
void Interface::input_other(Packet& packet) {
    const PacketPiece& first = packet.pieces().front();
    const bool may_read_on = reads_on(first.bytes()) && first.extent.end + read_on > first.frame.size();
    const bool complete = has_fixed_headers(first.bytes());
    if (!complete) packet.recycle(link_state->frames);
    pbuf* p = nullptr;
    if (complete) {
        if (const auto wrapped = wrap(packet)) p = may_read_on ? with_room_behind(*wrapped) : *wrapped;
    }
    if (p == nullptr) {
        kernel::count(kernel::Event::PacketsDropped);
        return;
    }
    p->if_idx = netif_get_index(&netif_);
    if (netif_.input(p, &netif_) != ERR_OK) pbuf_free(p);
}

/// Takes an IPv4 packet that continues what is being joined, or that may be the beginning of something.
bool Interface::join(Packet& packet) {
    if (joiner_.empty() && held_ack.behind() == HeldAck::Behind::Nothing) return false;
    if (config_.join_segments != JoinSegments::Yes || packet.size() != 1 || packet.checksums() == Checksums::Computed)
        return false;
    PacketPiece& piece = packet.pieces().front();
    const auto segment = TcpSegment::of(piece.bytes());
    if (!segment) return false;
    const bool continues = joiner_.accepts(*segment);
    if (continues) {
        piece.extent.begin += TcpSegment::headers;
    } else {
        input_joined(HeldAck::Behind::More);
    }
    const auto p = wrap(packet);
    if (!p) {
        kernel::count(kernel::Event::PacketsDropped);
    } else if (continues) {
        joiner_.append(*p, *segment);
    } else {
        joiner_.begin(*p, *segment);
    }
    return true;
}

/// Gives lwIP what was joined, if there is something. What stands behind that in the ring is what `behind` says, and
/// may be more than behind the packet that is at hand.
void Interface::input_joined(HeldAck::Behind behind) {
    if (joiner_.empty()) return;
    const HeldAck::Behind usual = held_ack.behind();
    held_ack.next_packet(behind);
    pbuf* const p = joiner_.finish();
    p->if_idx = netif_get_index(&netif_);
    if (ip4_input(p, &netif_) != ERR_OK) pbuf_free(p);
    held_ack.next_packet(usual);
}

void Interface::port_gone() {
    if (config_.addressing == Addressing::Dhcp) dhcp_release_and_stop(&netif_);
    netif_set_link_down(&netif_);
    netif_remove(&netif_);
    retire();
}

} // namespace net
