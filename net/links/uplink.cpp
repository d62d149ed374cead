// SPDX-License-Identifier: MIT
#include "kernel/base/log.hpp"
#include "kernel/ns/net_namespace.hpp"
#include "kernel/sched/sched.hpp"
#include "net/bridge/bridge.hpp"
#include "net/links/exclusive_new.hpp"
#include "net/links/link_state.hpp"
#include "net/links/links.hpp"
#include "net/lwip/instance.hpp"
#include "net/stack/core_lock.hpp"
#include "net/veth/frame_pbuf.hpp"
#include "net/veth/interface.hpp"
#include "net/virtio/virtio_card.hpp"

#include <arch/clock.hpp>

namespace net {

using kernel::Error;
using kernel::fail;
using kernel::Result;

namespace {

/// What crosses into the initial namespace with the thread that sets it up.
struct SetUp {
    const Uplink* uplink;
    Result<> result = fail(Error::Killed);
};

constexpr std::uint32_t bridge_serial = 0xffffff; ///< of its MAC address; wires count from 1

std::uint64_t now_ms() { return arch::now_ns() / 1'000'000; }

InterfaceConfig bridge_interface(const Uplink& uplink) {
    InterfaceConfig config{.name = {'b', 'r'}, .mac = MacAddress::local(bridge_serial)};
    config.addressing = uplink.addressing;
    if (uplink.addressing == Addressing::Static) {
        config.address = {IPADDR4_INIT_BYTES(10, 0, 2, 15), 24};
        const ip_addr_t gateway = IPADDR4_INIT_BYTES(10, 0, 2, 2);
        config.gateway = gateway;
    }
    return config;
}

Result<> make_bridge(const Uplink& uplink) {
    const CoreLock lock;
    const InterfaceConfig config = bridge_interface(uplink);
    Bridge* bridge = TRY(exclusive_new<Bridge>(*instance.domain, config.mac, link_state->frames, &now_ms));
    auto interface = Interface::create(*bridge, config);
    if (!interface) {
        exclusive_delete(*instance.domain, bridge);
        return fail(interface.error());
    }
    bridge->set_local(**interface);
    link_state->bridge = bridge;
    return {};
}

Result<> set_up(const Uplink& uplink) {
    TRY(prepare_link_state());
    TRY(make_bridge(uplink));
    if (uplink.card == Card::Ignore) return {};
    if (const auto started = start_virtio_card(); !started && started.error() != Error::NotFound) {
        kernel::log::warn("network card: {}", name(started.error()));
    }
    return {};
}

} // namespace

Result<> bring_up_uplink(kernel::NetNamespace& init, const Uplink& uplink) {
    TRY(prepare_frame_pbufs());
    SetUp task{.uplink = &uplink};
    TRY(kernel::run_in(
        init, "uplink",
        [](void* argument) {
            auto& request = *static_cast<SetUp*>(argument);
            request.result = set_up(*request.uplink);
        },
        &task));
    return task.result;
}

} // namespace net
