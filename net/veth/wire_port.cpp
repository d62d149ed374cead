// SPDX-License-Identifier: MIT
#include "net/veth/wire_port.hpp"

#include "kernel/ns/net_namespace.hpp"
#include "net/bridge/bridge.hpp"
#include "net/lwip/core_unlock.hpp"
#include "net/lwip/held_ack.hpp"
#include "net/lwip/instance.hpp"
#include "net/stack/core_lock.hpp"
#include "net/stack/stack.hpp"
#include "net/veth/interface.hpp"

#include <format>
#include <iterator>

namespace net {

using kernel::Error;
using kernel::fail;
using kernel::Result;

namespace {

void flush_outbox() { link_state->outbox.flush(); }

} // namespace

WirePort::WirePort(WireEnd end, const HandoverOps& handover, EndObserver& observer, std::uint32_t serial)
    : end_(end), handover_(handover), observer_(observer) {
    std::format_to_n(name_.data(), std::ssize(name_) - 1, "veth{}", serial);
}

Result<> WirePort::open(const Config& config) {
    TRY(connect(config));
    {
        kernel::MutexGuard guard(instance.space->devices_mutex);
        instance.space->devices.push_back(*this);
    }
    // A bridge passes on whole blocks.
    const bool is_bridge = config.role == Role::BridgePort;
    end_.attach(*this, is_bridge ? Packing::Alone : config.interface.packing.value_or(Packing::Together));
    instance.stack->rx().attach(*this);
    return {};
}

Result<> WirePort::connect(const Config& config) {
    TRY(prepare_link_state());
    const CoreLock lock;
    PacketSink* sink = nullptr;
    if (config.role == Role::BridgePort) {
        if (link_state->bridge == nullptr) return fail(Error::NotFound);
        const PortId port = TRY(link_state->bridge->add(*this));
        sink = &link_state->bridge->input(port);
    } else {
        sink = TRY(Interface::create(*this, config.interface));
    }
    const auto id = link_state->add(*sink);
    if (!id) {
        sink->port_gone();
        return fail(id.error());
    }
    sink_ = *id;
    return {};
}

Result<> WirePort::send(PacketSource& source) {
    at_core_unlock = &flush_outbox;
    return handover_.send(end_, link_state->outbox, source);
}

Result<> WirePort::forward(Packet& packet) {
    at_core_unlock = &flush_outbox;
    return handover_.forward(end_, link_state->outbox, packet);
}

unsigned WirePort::drain(unsigned budget) {
    unsigned taken = 0;
    if (end_.pending()) {
        const CoreLock lock;
        PacketSink& sink = link_state->sink(sink_);
        Inbox& inbox = sink.inbox();
        Packet packet;
        for (bool more = true; more && taken < budget; ++taken) {
            const auto received = receive_packet(end_, inbox, link_state->frames, packet);
            more = end_.pending(); // what comes from here on says so itself
            if (!received) continue;
            held_ack.next_packet(more && taken + 1 < budget ? HeldAck::Behind::More : HeldAck::Behind::Nothing);
            sink.deliver(packet);
        }
        sink.end_batch();
        held_ack.end_batch();
    }
    // The peer went, and what it had sent before has arrived. After this the pair may be freed at any time.
    if (taken < budget && end_.peer_gone() && !end_.pending()) shutdown();
    return taken;
}

void WirePort::shutdown() {
    instance.stack->rx().detach(*this);
    {
        const CoreLock lock;
        PacketSink& sink = link_state->sink(sink_);
        sink.inbox().leave(link_state->frames);
        sink.port_gone();
        link_state->remove(sink_);
    }
    end_.close();
    {
        kernel::MutexGuard guard(instance.space->devices_mutex);
        instance.space->devices.remove(*this);
    }
    observer_.end_closed();
}

} // namespace net
