// SPDX-License-Identifier: MIT
#include "net/veth/interface.hpp"

#include "kernel/base/events.hpp"
#include "net/links/exclusive_new.hpp"
#include "net/lwip/instance.hpp"
#include "net/veth/frame_pbuf.hpp"
#include "net/veth/pbuf_source.hpp"

#include <lwip/dhcp.h>
#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <netif/ethernet.h>

#include <algorithm>

namespace net {

using kernel::Error;
using kernel::fail;
using kernel::Result;

Result<Interface*> Interface::create(Port& port, const InterfaceConfig& config) {
    if (config.mtu < min_mtu || config.mtu > max_mtu) return fail(Error::InvalidArgument);
    Interface* made = TRY(exclusive_new<Interface>(*instance.domain, port, config));
    if (auto added = made->add(); !added) {
        exclusive_delete(*instance.domain, made);
        return fail(added.error());
    }
    return made;
}

Result<> Interface::add() {
    if (netif_add(&netif_, nullptr, nullptr, nullptr, this, &Interface::initialise, &ethernet_input) == nullptr) {
        return fail(Error::OutOfMemory);
    }
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
    interface->output = &etharp_output;
    interface->output_ip6 = &ethip6_output;
    interface->linkoutput = &Interface::transmit;
    interface->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_MLD6;
    netif_set_ip6_autoconfig_enabled(interface, 1);
    return ERR_OK;
}

err_t Interface::transmit(netif* interface, pbuf* p) {
    PbufSource source{*p};
    const auto sent = static_cast<Interface*>(interface->state)->port_.send(source);
    if (sent) return ERR_OK;
    kernel::count(kernel::Event::PacketsDropped);
    // ERR_MEM tells TCP to try again, which is right for everything that passes.
    return sent.error() == Error::Closed || sent.error() == Error::InvalidArgument ? ERR_IF : ERR_MEM;
}

void Interface::deliver(Packet& packet) {
    const auto p = wrap(packet);
    if (!p) {
        kernel::count(kernel::Event::PacketsDropped);
        return;
    }
    if (netif_.input(*p, &netif_) != ERR_OK) pbuf_free(*p);
}

void Interface::port_gone() {
    if (config_.addressing == Addressing::Dhcp) dhcp_release_and_stop(&netif_);
    netif_set_link_down(&netif_);
    netif_remove(&netif_);
    exclusive_delete(*instance.domain, this);
}

} // namespace net
