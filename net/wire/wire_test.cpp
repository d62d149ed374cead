// SPDX-License-Identifier: MIT
#include "net/wire/wire.hpp"

#include "kernel/test/test.hpp"

#include <array>
#include <memory>

namespace {

using kernel::Error;
using net::Descriptor;
using net::PieceList;
using net::Side;
using net::Wire;

struct CountingWaker final : net::Waker {
    void wake() override { ++wakes; }
    int wakes = 0;
};

struct RecordingMemory final : net::WireMemory {
    kernel::Result<std::byte*> allocate_slot() override { return new std::byte[mm::page_size]{}; }
    void free_slot(std::byte* slot) override { delete[] slot; }
    void reclaim(mm::Pfn frame, mm::TransitTag wire) override {
        last_frame = frame;
        last_wire = wire;
        ++count;
    }
    mm::Pfn last_frame;
    mm::TransitTag last_wire;
    int count = 0;
};

struct Fixture {
    RecordingMemory memory;
    CountingWaker a;
    CountingWaker b;
    std::unique_ptr<Wire> wire = std::make_unique<Wire>(mm::TransitTag{5}, memory);
    Fixture() {
        wire->attach(Side::A, a);
        wire->attach(Side::B, b);
    }
};

constexpr std::array one{Descriptor::of_frame(mm::Pfn{42}, 0, 60)};

LACUNA_TEST("net.wire", "a used frame goes back to its sender, and wakes nobody") {
    Fixture f;
    CHECK(f.wire->room_for_spent(Side::B) == net::SpentRing::capacity);
    REQUIRE(f.wire->give_back(Side::B, one[0]));
    CHECK(f.a.wakes == 0);
    CHECK(!f.wire->pending(Side::A));
    CHECK(f.wire->take_back(Side::B).error() == Error::WouldBlock);
    const auto frame = f.wire->take_back(Side::A);
    REQUIRE(frame);
    CHECK(frame->pfn() == mm::Pfn{42});
    CHECK(f.wire->take_back(Side::A).error() == Error::WouldBlock);
    CHECK(f.memory.count == 0);
}

LACUNA_TEST("net.wire", "used frames on their way back are reclaimed with the rest, whichever end goes first") {
    for (const Side first : {Side::A, Side::B}) {
        Fixture f;
        REQUIRE(f.wire->give_back(Side::B, one[0]));
        f.wire->close(first);
        CHECK(f.memory.count == (first == Side::A ? 1 : 0));
        CHECK(f.wire->room_for_spent(other(first)) == 0);
        f.wire->close(other(first));
        f.wire.reset();
        CHECK(f.memory.count == 1);
        CHECK(f.memory.last_frame == mm::Pfn{42});
        CHECK(f.memory.last_wire == mm::TransitTag{5});
    }
}

LACUNA_TEST("net.wire", "a packet wakes the receiver and is counted") {
    Fixture f;
    REQUIRE(f.wire->send(Side::A, one));
    CHECK(f.b.wakes == 1);
    CHECK(f.a.wakes == 0);
    CHECK(f.wire->pending(Side::B));
    CHECK(!f.wire->pending(Side::A));
    PieceList packet;
    REQUIRE(f.wire->receive(Side::B, packet));
    CHECK(packet.pieces()[0].pfn() == mm::Pfn{42});
    CHECK(f.wire->counters(Side::B).packets == 1);
    CHECK(f.wire->counters(Side::B).bytes == 60);
    CHECK(f.memory.count == 0);
}

LACUNA_TEST("net.wire", "a full ring is a clear error, counted, and passes") {
    Fixture f;
    int sent = 0;
    while (f.wire->send(Side::A, one)) ++sent;
    CHECK(sent == net::PacketRing::capacity);
    CHECK(f.wire->reserve(Side::A, 1).error() == Error::NoSpace);
    CHECK(f.wire->send(Side::A, one).error() == Error::NoSpace);
    CHECK(f.wire->counters(Side::B).ring_full == 3);
    PieceList packet;
    REQUIRE(f.wire->receive(Side::B, packet));
    CHECK(f.wire->reserve(Side::A, 1));
    CHECK(f.wire->send(Side::A, one));
    CHECK(f.wire->send(Side::B, one)); // the other direction never noticed
}

LACUNA_TEST("net.wire", "closing an end reclaims what flies towards it and wakes the peer") {
    Fixture f;
    REQUIRE(f.wire->send(Side::A, one));
    // Two packets in one block: it is one that is reclaimed.
    std::array both{Descriptor::of_frame(mm::Pfn{43}, 0, 60), Descriptor::of_frame(mm::Pfn{43}, 64, 60)};
    both[0].block = net::Block::Continued;
    REQUIRE(f.wire->send(Side::A, both));
    REQUIRE(f.wire->send(Side::B, one));
    const int wakes = f.a.wakes;
    f.wire->close(Side::B);
    CHECK(f.memory.count == 2);
    CHECK(f.memory.last_frame == mm::Pfn{43});
    CHECK(f.memory.last_wire == mm::TransitTag{5});
    CHECK(f.wire->counters(Side::B).reclaimed == 2);
    CHECK(f.a.wakes == wakes + 1);
    CHECK(f.wire->gone(Side::B));
    CHECK(!f.wire->gone(Side::A));
    CHECK(f.wire->send(Side::A, one).error() == Error::Closed);
    // What was on its way to the side that stays still arrives.
    PieceList packet;
    CHECK(f.wire->receive(Side::A, packet));
}

LACUNA_TEST("net.wire", "a wire that goes away reclaims both directions") {
    Fixture f;
    REQUIRE(f.wire->send(Side::A, one));
    REQUIRE(f.wire->send(Side::B, one));
    f.wire.reset();
    CHECK(f.memory.count == 2);
}

LACUNA_TEST("net.wire", "bounce slots are zero again when they come back") {
    RecordingMemory memory;
    net::BounceBuffer buffer{memory};
    const auto slot = buffer.acquire();
    REQUIRE(slot);
    auto bytes = buffer.bytes(*slot);
    REQUIRE(bytes);
    for (std::byte& byte : *bytes) byte = std::byte{0x5a};
    buffer.release(*slot);
    CHECK(buffer.bytes(*slot).error() == Error::Refused);
    const auto again = buffer.acquire();
    REQUIRE(again);
    CHECK(*again == *slot);
    bool zero = true;
    for (std::byte byte : *buffer.bytes(*again)) zero = zero && byte == std::byte{0};
    CHECK(zero);
}

LACUNA_TEST("net.wire", "bounce slots run out clearly, and forged numbers are ignored") {
    RecordingMemory memory;
    net::BounceBuffer buffer{memory};
    for (std::uint32_t i = 0; i < net::BounceBuffer::slot_count; ++i) REQUIRE(buffer.acquire());
    CHECK(buffer.acquire().error() == Error::NoSpace);
    buffer.release(64);
    buffer.release(0xffffffff);
    CHECK(buffer.free_slots() == 0);
    buffer.release(7);
    buffer.release(7);
    CHECK(buffer.free_slots() == 1);
    CHECK(buffer.acquire() == 7U);
}

} // namespace
