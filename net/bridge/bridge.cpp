// SPDX-License-Identifier: MIT
#include "net/bridge/bridge.hpp"

#include "kernel/base/assert.hpp"
#include "kernel/base/events.hpp"
#include "net/bridge/ethernet.hpp"
#include "net/handover/packet_reader.hpp"

#include <algorithm>

namespace net {

using kernel::Error;
using kernel::fail;
using kernel::Result;

Bridge::Bridge(MacAddress address, PacketFrames& frames, Clock clock)
    : address_(address), frames_(frames), clock_(clock) {
    for (std::uint16_t i = 0; i < max_ports; ++i) {
        inputs_[i].bridge = this;
        inputs_[i].number = i;
    }
}

Result<PortId> Bridge::add(Port& port) {
    const auto place = std::ranges::find(ports_, nullptr);
    if (place == ports_.end()) return fail(Error::NoSpace);
    *place = &port;
    return PortId{static_cast<std::uint16_t>(place - ports_.begin())};
}

void Bridge::remove(PortId id) {
    kernel::ensure(ports_[id.raw()] != nullptr, "a bridge's port is removed once");
    ports_[id.raw()] = nullptr;
    table_.forget(id);
}

std::size_t Bridge::port_count() const {
    return static_cast<std::size_t>(std::ranges::count_if(ports_, [](const Port* port) { return port != nullptr; }));
}

Bridge::Destination Bridge::destination_of(MacAddress address) const {
    if (address == address_) return {Reach::Local};
    if (address.is_group()) return {Reach::All};
    const auto known = table_.find(address, clock_());
    if (!known) return {Reach::All};
    return {Reach::One, *known};
}

void Bridge::receive(PortId from, Packet& packet) {
    const auto header = EthernetHeader::of(packet.pieces()[0].bytes());
    if (!header) return drop(packet);
    // Our own address from outside is a forgery or a loop; learning it would cut us off.
    if (header->source != address_) table_.learn(header->source, from, clock_());

    const Destination to = destination_of(header->destination);
    if (to.reach == Reach::One) {
        Port* port = ports_[to.port.raw()];
        if (to.port == from || port == nullptr) return drop(packet);
        if (port->forward(packet)) {
            ++counters_.forwarded;
        } else {
            ++counters_.dropped;
            kernel::count(kernel::Event::PacketsDropped);
        }
        return;
    }
    if (to.reach == Reach::All) {
        PacketReader reader{packet};
        flood(from, reader);
    }
    // An unknown unicast address is not ours: we would have known.
    const bool for_us = to.reach == Reach::Local || header->destination.is_group();
    if (!for_us || local_ == nullptr) {
        packet.recycle(frames_);
        return;
    }
    ++counters_.local;
    local_->deliver(packet);
}

void Bridge::flood(std::optional<PortId> except, PacketSource& source) {
    ++counters_.flooded;
    for (std::uint16_t i = 0; i < max_ports; ++i) {
        if (ports_[i] == nullptr || except == PortId{i}) continue;
        source.rewind();
        if (!ports_[i]->send(source)) ++counters_.dropped;
    }
}

Result<> Bridge::send(PacketSource& source) {
    std::array<std::byte, EthernetHeader::size> start;
    if (source.remaining() < start.size()) return fail(Error::InvalidArgument);
    source.read(start);
    source.rewind();
    const auto header = EthernetHeader::of(start);
    const Destination to = destination_of(header->destination);
    switch (to.reach) {
    case Reach::One:
        if (ports_[to.port.raw()] != nullptr) return ports_[to.port.raw()]->send(source);
        return fail(Error::Closed);
    case Reach::All:
        flood(std::nullopt, source);
        return {};
    case Reach::Local:
        break; // lwIP short-cuts what it sends to itself
    }
    return fail(Error::InvalidArgument);
}

Result<> Bridge::forward(Packet& packet) {
    PacketReader reader{packet};
    auto sent = send(reader);
    packet.recycle(frames_);
    return sent;
}

void Bridge::drop(Packet& packet) {
    ++counters_.dropped;
    kernel::count(kernel::Event::PacketsDropped);
    packet.recycle(frames_);
}

} // namespace net
