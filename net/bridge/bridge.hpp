// SPDX-License-Identifier: MIT
#pragma once

#include "net/bridge/forwarding_table.hpp"
#include "net/handover/packet_frames.hpp"
#include "net/handover/port.hpp"

#include <array>
#include <cstdint>

namespace net {

/// A learning Ethernet switch (IEEE 802.1D without spanning tree) in one namespace: its ports are wire
/// ends and network cards, and the namespace's own stack hangs on it as one more station.
///
/// lwIP's bridgeif does not serve: it cannot remove a port, holds 63 at most, passes every frame through
/// another thread, and sees pbufs, where this sees frames: what goes to one port only is handed on
/// without a copy.
///
/// Lies in the namespace's own memory. Context: under the namespace's core lock.
class Bridge final : public Port {
public:
    static constexpr std::size_t max_ports = 256;
    /// Milliseconds of any steady clock.
    using Clock = std::uint64_t (*)();

    /// `frames`: the stock that dropped packets go to.
    Bridge(MacAddress address, PacketFrames& frames, Clock clock);

    /// Connects the namespace's own interface, whose address is `address()`.
    void set_local(PacketSink& local) { local_ = &local; }
    MacAddress address() const { return address_; }

    /// Adds a port; what comes in by it goes to `input(id)`. Error: NoSpace.
    kernel::Result<PortId> add(Port& port);
    /// Takes a port out and forgets who was behind it. The number may be used again.
    void remove(PortId id);
    PacketSink& input(PortId id) { return inputs_[id.raw()]; }
    std::size_t port_count() const;

    /// What the namespace's own stack sends.
    kernel::Result<> send(PacketSource& source) override;
    kernel::Result<> forward(Packet& packet) override;

    struct Counters {
        std::uint64_t forwarded = 0; ///< to one port, as whole frames
        std::uint64_t flooded = 0;   ///< to all ports: group or unknown addresses
        std::uint64_t local = 0;     ///< to the namespace's own stack
        std::uint64_t dropped = 0;   ///< too short, nowhere to go, or refused by the port
    };
    const Counters& counters() const { return counters_; }

private:
    struct Input final : PacketSink {
        Bridge* bridge = nullptr;
        std::uint16_t number = 0;
        void deliver(Packet& packet) override { bridge->receive(PortId{number}, packet); }
        void end_batch() override {
            if (bridge->local_ != nullptr) bridge->local_->end_batch();
        }
        void port_gone() override { bridge->remove(PortId{number}); }
    };
    /// Where a frame goes: one port, nowhere (it is local), or everywhere.
    enum class Reach : std::uint8_t { One, Local, All };
    struct Destination {
        Reach reach;
        PortId port{0};
    };

    void receive(PortId from, Packet& packet);
    Destination destination_of(MacAddress address) const;
    void flood(std::optional<PortId> except, PacketSource& source);
    void drop(Packet& packet);

    MacAddress address_;
    PacketFrames& frames_;
    Clock clock_;
    PacketSink* local_ = nullptr;
    ForwardingTable table_;
    Counters counters_;
    std::array<Port*, max_ports> ports_{};
    std::array<Input, max_ports> inputs_{};
};

} // namespace net
