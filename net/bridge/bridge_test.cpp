// SPDX-License-Identifier: MIT
#include "net/bridge/bridge.hpp"

#include "kernel/test/test.hpp"
#include "net/handover/fake_machine.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

namespace {

using net::Bridge;
using net::MacAddress;
using net::Packet;
using net::test::FakeMachine;
using net::test::FakeStore;

/// Remembers what it was given, and how.
struct RecordingPort final : net::Port {
    explicit RecordingPort(net::PacketFrames& stock) : frames(stock) {}
    kernel::Result<> send(net::PacketSource& source) override {
        std::vector<std::byte> bytes(source.remaining());
        source.read(bytes);
        copied.push_back(bytes);
        return {};
    }
    kernel::Result<> forward(Packet& packet) override {
        ++forwarded;
        packet.recycle(frames);
        if (full) return kernel::fail(kernel::Error::NoSpace);
        return {};
    }
    net::PacketFrames& frames;
    std::vector<std::vector<std::byte>> copied;
    int forwarded = 0;
    bool full = false;
};

struct RecordingSink final : net::PacketSink {
    explicit RecordingSink(net::PacketFrames& stock) : frames(stock) {}
    void deliver(Packet& packet) override {
        ++delivered;
        packet.recycle(frames);
    }
    void end_batch() override { ++batches; }
    void port_gone() override {}
    net::PacketFrames& frames;
    int delivered = 0;
    int batches = 0;
};

std::uint64_t now_ms = 0;

struct Fixture {
    std::unique_ptr<FakeMachine> machine = std::make_unique<FakeMachine>();
    FakeStore store{*machine, 1, FakeMachine::frame_count};
    std::unique_ptr<net::PacketFrames> frames = std::make_unique<net::PacketFrames>();
    MacAddress own = MacAddress::local(100);
    std::unique_ptr<Bridge> bridge = std::make_unique<Bridge>(own, *frames, [] { return now_ms; });
    std::array<RecordingPort, 3> ports{RecordingPort{*frames}, RecordingPort{*frames}, RecordingPort{*frames}};
    RecordingSink local{*frames};

    Fixture() {
        frames->bind(store);
        bridge->set_local(local);
        for (RecordingPort& port : ports) CHECK(bridge->add(port));
    }
    ~Fixture() { frames->drain(); }

    void receive(std::uint16_t port, MacAddress destination, MacAddress source, std::size_t bytes = 60) {
        Packet packet;
        net::PacketFrame frame = frames->take().value_or(net::PacketFrame{});
        for (std::size_t i = 0; i < 6 && i < bytes; ++i) frame.bytes()[i] = std::byte{destination.octets[i]};
        for (std::size_t i = 0; i < 6 && 6 + i < bytes; ++i) frame.bytes()[6 + i] = std::byte{source.octets[i]};
        frame.set_dirty({0, 60});
        packet.append(std::move(frame), {0, bytes});
        bridge->input(net::PortId{port}).deliver(packet);
        CHECK(packet.empty());
    }
};

constexpr MacAddress red = MacAddress::local(1);
constexpr MacAddress blue = MacAddress::local(2);
constexpr MacAddress broadcast{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

LACUNA_TEST("net.bridge", "unknown goes everywhere but back, known goes to one port without a copy") {
    Fixture f;
    f.receive(0, blue, red);
    CHECK(f.ports[0].copied.empty());
    CHECK(f.ports[1].copied.size() == 1);
    CHECK(f.ports[2].copied.size() == 1);
    CHECK(f.local.delivered == 0);
    f.receive(1, red, blue);
    CHECK(f.ports[0].forwarded == 1);
    CHECK(f.ports[2].copied.size() == 1);
    f.receive(0, blue, red);
    CHECK(f.ports[1].forwarded == 1);
    CHECK(f.bridge->counters().forwarded == 2);
    CHECK(f.machine->owned_by(1) == f.frames->stocked());
}

LACUNA_TEST("net.bridge", "broadcasts reach every other port and the namespace itself") {
    Fixture f;
    f.receive(2, broadcast, red);
    CHECK(f.ports[0].copied.size() == 1);
    CHECK(f.ports[1].copied.size() == 1);
    CHECK(f.ports[2].copied.empty());
    CHECK(f.local.delivered == 1);
    REQUIRE(f.ports[0].copied[0].size() == 60);
    CHECK(f.ports[0].copied[0][6] == std::byte{red.octets[0]});
}

LACUNA_TEST("net.bridge", "what is for the namespace itself stays, whoever claims its address") {
    Fixture f;
    f.receive(0, f.own, red);
    CHECK(f.local.delivered == 1);
    f.receive(1, broadcast, f.own); // a forged source
    f.receive(0, f.own, red);
    CHECK(f.local.delivered == 3);
    CHECK(f.ports[1].forwarded == 0);
}

LACUNA_TEST("net.bridge", "the namespace's interface hears that a port's batch is over") {
    Fixture f;
    f.bridge->input(net::PortId{1}).end_batch();
    CHECK(f.local.batches == 1);
    Bridge without{f.own, *f.frames, [] { return now_ms; }};
    REQUIRE(without.add(f.ports[0]));
    without.input(net::PortId{0}).end_batch();
}

LACUNA_TEST("net.bridge", "short frames, hairpins and full ports lose the packet and no frame") {
    Fixture f;
    f.receive(0, blue, red, 13);
    CHECK(f.bridge->counters().dropped == 1);
    f.receive(0, blue, red);
    f.receive(0, red, blue); // back to where red was heard
    CHECK(f.bridge->counters().dropped == 2);
    f.ports[0].full = true;
    f.receive(1, red, MacAddress::local(3));
    CHECK(f.bridge->counters().dropped == 3);
    CHECK(f.machine->owned_by(1) == f.frames->stocked());
}

LACUNA_TEST("net.bridge", "a port that is removed gets nothing more and leaves its number") {
    Fixture f;
    f.receive(1, broadcast, blue);
    f.bridge->input(net::PortId{1}).port_gone();
    CHECK(f.bridge->port_count() == 2);
    f.receive(0, blue, red);
    CHECK(f.ports[1].forwarded == 0);
    CHECK(f.ports[2].copied.size() == 2);
    CHECK(f.bridge->add(f.ports[1]) == net::PortId{1});
}

LACUNA_TEST("net.bridge", "the namespace's own packets follow the table too") {
    Fixture f;
    f.receive(1, broadcast, blue);
    std::array<std::byte, 60> bytes{};
    std::ranges::transform(blue.octets, bytes.begin(), [](std::uint8_t octet) { return std::byte{octet}; });
    net::SpanSource source{bytes};
    REQUIRE(f.bridge->send(source));
    CHECK(f.ports[1].copied.size() == 1);
    CHECK(f.ports[0].copied.size() == 1); // the broadcast only
    net::SpanSource runt{std::span{bytes}.first(13)};
    CHECK(f.bridge->send(runt).error() == kernel::Error::InvalidArgument);
}

} // namespace
