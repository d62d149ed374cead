// SPDX-License-Identifier: MIT
#include "net/handover/handover.hpp"

#include "kernel/test/test.hpp"
#include "net/handover/fake_machine.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

namespace {

using kernel::Error;
using net::Packet;
using net::test::FakeMachine;
using net::test::FakeStore;

constexpr int red = 1;
constexpr int blue = 2;

struct NullWaker final : net::Waker {
    void wake() override {}
};

/// Two namespaces and a wire, without lwIP and without an MMU.
struct Fixture {
    std::unique_ptr<FakeMachine> machine = std::make_unique<FakeMachine>();
    FakeStore red_store;
    FakeStore blue_store;
    std::unique_ptr<net::PacketFrames> red_frames = std::make_unique<net::PacketFrames>();
    std::unique_ptr<net::PacketFrames> blue_frames = std::make_unique<net::PacketFrames>();
    net::Outbox red_outbox{*red_frames};
    net::Outbox blue_outbox{*blue_frames};
    net::Inbox red_inbox;
    net::Inbox blue_inbox;
    NullWaker waker;
    std::unique_ptr<net::Wire> wire = std::make_unique<net::Wire>(mm::TransitTag{3}, *machine);
    net::WireEnd red_end{*wire, net::Side::A};
    net::WireEnd blue_end{*wire, net::Side::B};

    explicit Fixture(std::size_t blue_limit = FakeMachine::frame_count)
        : red_store(*machine, red, FakeMachine::frame_count), blue_store(*machine, blue, blue_limit) {
        red_frames->bind(red_store);
        blue_frames->bind(blue_store);
        red_end.attach(waker);
        blue_end.attach(waker);
    }
    /// Onto the wire, each packet on its own.
    kernel::Result<> send(const net::HandoverOps& ops, net::PacketSource& source) {
        const auto sent = ops.send(red_end, red_outbox, source);
        red_outbox.flush();
        return sent;
    }
    kernel::Result<> forward(const net::HandoverOps& ops, Packet& packet) {
        const auto sent = ops.forward(blue_end, blue_outbox, packet);
        blue_outbox.flush();
        return sent;
    }
    kernel::Result<Packet> receive_blue() { return net::receive_packet(blue_end, blue_inbox, *blue_frames); }
    kernel::Result<Packet> receive_red() { return net::receive_packet(red_end, red_inbox, *red_frames); }
    ~Fixture() {
        red_inbox.leave(*red_frames);
        blue_inbox.leave(*blue_frames);
        wire.reset();
        red_frames->drain();
        blue_frames->drain();
    }
};

std::vector<std::byte> pattern(std::size_t bytes, std::uint8_t seed) {
    std::vector<std::byte> out(bytes);
    for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<std::byte>(seed + i * 7 + i / 251 + 1);
    return out;
}

bool holds(Packet& packet, std::span<const std::byte> expected) {
    std::size_t at = 0;
    for (auto& piece : packet.pieces()) {
        for (std::byte byte : piece.bytes()) {
            if (at >= expected.size() || byte != expected[at++]) return false;
        }
    }
    return at == expected.size();
}

bool only_packet(Packet& packet) {
    for (auto& piece : packet.pieces()) {
        if (!net::only_packet(piece.frame.bytes(), piece.extent)) return false;
    }
    return true;
}

/// How many frames a packet crosses in.
std::size_t frames_for(std::size_t bytes) {
    const auto size = net::class_for(bytes);
    const std::size_t frames = net::order_of(size).pages().raw();
    return bytes <= net::bytes_of(size) ? frames : frames + frames_for(bytes - net::bytes_of(size));
}

constexpr std::array sizes{std::size_t{1},    std::size_t{60},   std::size_t{1514},  std::size_t{4095},
                           std::size_t{4096}, std::size_t{4097}, std::size_t{65535}, net::max_packet_bytes};

LACUNA_TEST("net.handover", "every policy: the packet arrives, nothing else does, nothing stays") {
    for (const auto& choice : mm::handover_choices) {
        const net::HandoverOps& ops = net::handover(choice.value);
        Fixture f;
        std::uint8_t seed = 0;
        // Large first, so that the small ones travel in frames that were full.
        for (int round = 0; round < 3; ++round) {
            for (std::size_t i = sizes.size(); i-- > 0;) {
                const auto bytes = pattern(sizes[i], seed++);
                net::SpanSource source{bytes};
                REQUIRE(f.send(ops, source));
                if (choice.value == mm::HandoverPolicy::Remap) {
                    CHECK(f.machine->in_transit() == frames_for(sizes[i]));
                }
                auto packet = f.receive_blue();
                REQUIRE(packet);
                CHECK(holds(*packet, bytes));
                CHECK(only_packet(*packet));
                CHECK(f.machine->in_transit() == 0);
                for (auto& piece : packet->pieces()) {
                    CHECK(f.machine->entry(piece.frame.pfn()).owner == blue);
                }
                // Back the same way, so that both stocks hold used frames.
                REQUIRE(f.forward(ops, *packet));
                auto back = f.receive_red();
                REQUIRE(back);
                CHECK(holds(*back, bytes));
                CHECK(only_packet(*back));
                back->recycle(*f.red_frames);
            }
        }
    }
}

LACUNA_TEST("net.handover", "what is said of the checksums stays with the packet, forwarded too") {
    for (const auto& choice : mm::handover_choices) {
        const net::HandoverOps& ops = net::handover(choice.value);
        Fixture f;
        const auto bytes = pattern(5000, 2);
        for (const auto checksums : {net::Checksums::Deferred, net::Checksums::Computed}) {
            net::SpanSource source{bytes, checksums};
            REQUIRE(f.send(ops, source));
            auto packet = f.receive_blue();
            REQUIRE(packet);
            CHECK(packet->checksums() == checksums);
            REQUIRE(f.forward(ops, *packet));
            auto back = f.receive_red();
            REQUIRE(back);
            CHECK(back->checksums() == checksums);
            back->recycle(*f.red_frames);
        }
    }
}

LACUNA_TEST("net.handover", "one-way traffic uses the same frames again, and they hold the sender's bytes only") {
    const net::HandoverOps& ops = net::handover(mm::HandoverPolicy::Remap);
    Fixture f;
    std::size_t most = 0;
    for (std::uint8_t round = 0; round < 200; ++round) {
        const auto bytes = pattern(round % 3 == 0 ? 9000 : 700, round);
        net::SpanSource source{bytes};
        REQUIRE(f.send(ops, source));
        auto packet = f.receive_blue();
        REQUIRE(packet);
        CHECK(holds(*packet, bytes));
        CHECK(only_packet(*packet));
        // The stack leaves a note over the headers, as lwIP's reassembly does.
        packet->pieces()[0].bytes()[14] = std::byte{0xee};
        packet->recycle(*f.blue_frames);
        for (std::uint32_t i = 0; i < FakeMachine::frame_count; ++i) {
            const mm::Pfn pfn{i};
            if (f.machine->entry(pfn).transit.raw == 0 || !f.machine->entry(pfn).head) continue;
            CHECK(f.machine->bytes(pfn)[14] == std::byte{0});
        }
        most = std::max(most, f.machine->owned_by(red) + f.machine->owned_by(blue) + f.machine->in_transit());
    }
    // Without it, blue's stock would have filled up and red would have allocated for every packet.
    CHECK(most <= net::PacketFrames::reserve + 8 + 2 * net::order_of(net::BlockClass::Medium).pages().raw());
}

LACUNA_TEST("net.handover", "a frame with anybody else's bytes in it is not given back") {
    const net::HandoverOps& ops = net::handover(mm::HandoverPolicy::Remap);
    Fixture f;
    net::Wire other{mm::TransitTag{4}, *f.machine};
    other.attach(net::Side::A, f.waker);
    other.attach(net::Side::B, f.waker);
    const net::WireEnd other_in{other, net::Side::A}, other_out{other, net::Side::B};
    // Blue's stock fills up with what it got from a third namespace, and what it wrote itself.
    const auto bytes = pattern(100, 1);
    std::vector<Packet> held;
    for (std::size_t i = 0; i < 2 * net::PacketFrames::reserve; ++i) {
        net::SpanSource source{bytes};
        REQUIRE(ops.send(other_in, f.red_outbox, source));
        f.red_outbox.flush();
        auto packet = net::receive_packet(other_out, f.blue_inbox, *f.blue_frames);
        REQUIRE(packet);
        held.push_back(std::move(*packet));
    }
    for (std::size_t i = 0; i < held.size(); ++i) {
        // Half of them hold bytes of blue's own by now.
        if (i % 2 == 0) held[i].pieces()[0].frame.set_dirty({0, 100});
        held[i].recycle(*f.blue_frames);
    }
    for (int round = 0; round < 20; ++round) {
        net::SpanSource source{bytes};
        REQUIRE(f.send(ops, source));
        auto packet = f.receive_blue();
        REQUIRE(packet);
        CHECK(f.machine->in_transit() == 0);
        held.push_back(std::move(*packet));
    }
    for (std::size_t i = held.size() - 20; i < held.size(); ++i) held[i].recycle(*f.blue_frames);
    for (const net::Side side : {net::Side::A, net::Side::B}) other.close(side);
}

LACUNA_TEST("net.handover", "forwarding a part of a frame leaves the rest behind as zeros") {
    Fixture f;
    const auto bytes = pattern(1514, 9);
    net::SpanSource source{bytes};
    REQUIRE(f.send(net::handover(mm::HandoverPolicy::Remap), source));
    auto packet = f.receive_blue();
    REQUIRE(packet);
    packet->pieces()[0].extent = {14, 1000}; // as lwIP strips headers and padding
    REQUIRE(f.forward(net::handover(mm::HandoverPolicy::Remap), *packet));
    auto back = f.receive_red();
    REQUIRE(back);
    CHECK(back->pieces()[0].extent == net::Extent{14, 1000});
    CHECK(only_packet(*back));
    back->recycle(*f.red_frames);
}

LACUNA_TEST("net.handover", "a full wire: an error before any work, and recovery") {
    for (const auto& choice : mm::handover_choices) {
        const net::HandoverOps& ops = net::handover(choice.value);
        Fixture f;
        const auto bytes = pattern(9000, 1);
        std::size_t sent = 0;
        while (true) {
            net::SpanSource source{bytes};
            const auto result = f.send(ops, source);
            if (!result) {
                CHECK(result.error() == Error::NoSpace);
                break;
            }
            ++sent;
        }
        CHECK(sent > 5);
        for (std::size_t i = 0; i < sent; ++i) {
            auto packet = f.receive_blue();
            REQUIRE(packet);
            CHECK(holds(*packet, bytes));
            packet->recycle(*f.blue_frames);
        }
        net::SpanSource source{bytes};
        CHECK(f.send(ops, source));
        f.wire.reset();
        CHECK(f.machine->in_transit() == 0);
    }
}

LACUNA_TEST("net.handover", "a receiver at its limit loses the packet, whole, and no frame") {
    Fixture f{2};
    const net::HandoverOps& remap = net::handover(mm::HandoverPolicy::Remap);
    const auto large = pattern(3 * mm::page_size, 1);
    net::SpanSource source{large};
    REQUIRE(f.send(remap, source));
    CHECK(f.receive_blue().error() == Error::DomainLimit);
    CHECK(f.machine->in_transit() == 0);
    CHECK(f.wire->counters(net::Side::B).refused == 1);
    f.blue_frames->drain();
    const auto small = pattern(100, 1);
    net::SpanSource again{small};
    REQUIRE(f.send(remap, again));
    auto packet = f.receive_blue();
    REQUIRE(packet);
    packet->recycle(*f.blue_frames);
}

LACUNA_TEST("net.handover", "at its limit a receiver gives up its stock before it loses a packet") {
    Fixture f{5};
    const net::HandoverOps& remap = net::handover(mm::HandoverPolicy::Remap);
    std::vector<Packet> small;
    for (unsigned i = 0; i < 3; ++i) {
        const auto bytes = pattern(100, 1);
        net::SpanSource source{bytes};
        REQUIRE(f.send(remap, source));
        auto packet = f.receive_blue();
        REQUIRE(packet);
        small.push_back(std::move(*packet));
    }
    for (Packet& packet : small) packet.recycle(*f.blue_frames);
    REQUIRE(f.blue_frames->stocked() == 3);
    const auto large = pattern(3 * mm::page_size, 1); // in a block of four pages
    net::SpanSource source{large};
    REQUIRE(f.send(remap, source));
    auto packet = f.receive_blue();
    REQUIRE(packet);
    CHECK(holds(*packet, large));
    packet->recycle(*f.blue_frames);
    // The same for what it sends itself.
    auto sent = f.blue_frames->take(net::BlockClass::Small);
    auto more = f.blue_frames->take(net::BlockClass::Small);
    REQUIRE(sent);
    REQUIRE(more);
    f.blue_frames->put(std::move(*sent));
    f.blue_frames->put(std::move(*more));
    auto medium = f.blue_frames->take(net::BlockClass::Medium);
    REQUIRE(medium);
    f.blue_frames->put(std::move(*medium));
}

LACUNA_TEST("net.handover",
            "when a block cannot be taken over, nothing that lies in it is, nor what has its number next") {
    Fixture f{2};
    net::FrameStore& store = f.red_frames->store();
    const mm::TransitTag wire = f.red_end.tag();
    const auto disown = [&](net::PacketFrame frame) {
        const mm::PageRun block = frame.release();
        store.disown({&block, 1}, wire);
    };
    auto first = *store.allocate(mm::Order{2}); // too large for blue
    auto second = *store.allocate(mm::order_4k);
    const mm::Pfn shared = second.pfn();
    std::array<net::Descriptor, 3> pieces{net::Descriptor::of_frame(first.pfn(), 0, 4 * mm::page_size),
                                          net::Descriptor::of_frame(shared, 0, 13),
                                          net::Descriptor::of_frame(shared, 64, 60)};
    pieces[0].position = net::Position::More;
    pieces[1].block = net::Block::Continued;
    disown(std::move(first));
    disown(std::move(second));
    REQUIRE(f.red_end.send(pieces));
    CHECK(f.receive_blue().error() == Error::DomainLimit);
    CHECK(f.machine->in_transit() == 0);
    // The sender gets the same frame again, and sends it before the receiver has seen the rest.
    std::vector<net::PacketFrame> others;
    auto again = store.allocate(mm::order_4k);
    while (again && again->pfn() != shared) {
        others.push_back(std::move(*again));
        again = store.allocate(mm::order_4k);
    }
    REQUIRE(again);
    for (net::PacketFrame& frame : others) f.red_frames->put(std::move(frame));
    std::ranges::copy(pattern(60, 9), again->bytes().data());
    disown(std::move(*again));
    const std::array next{net::Descriptor::of_frame(shared, 0, 60)};
    REQUIRE(f.red_end.send(next));
    CHECK(f.receive_blue().error() == Error::Refused);
    CHECK(f.machine->in_transit() == 1);
    auto packet = f.receive_blue();
    REQUIRE(packet);
    CHECK(holds(*packet, pattern(60, 9)));
    packet->recycle(*f.blue_frames);
}

LACUNA_TEST("net.handover", "forged descriptors are refused and free nothing") {
    Fixture f;
    net::PacketFrame mine = f.red_frames->take().value_or(net::PacketFrame{});
    REQUIRE(mine);
    const mm::Pfn foreign{FakeMachine::frame_count - 1};
    f.machine->entry(foreign) = {.transit = mm::TransitTag{99}, .head = true}; // in transit, on another wire
    for (const mm::Pfn claim : {mine.pfn(), foreign, mm::Pfn{0x7ffffff}, mm::Pfn{300}}) {
        const std::array forged{net::Descriptor::of_frame(claim, 0, 60)};
        REQUIRE(f.red_end.send(forged));
        CHECK(f.receive_blue().error() == Error::Refused);
    }
    const std::array slot{net::Descriptor::of_slot(12, 60)};
    REQUIRE(f.red_end.send(slot));
    CHECK(f.receive_blue().error() == Error::Refused);
    CHECK(f.machine->entry(mine.pfn()).owner == red);
    CHECK(f.machine->entry(foreign).transit == mm::TransitTag{99});
    CHECK(f.machine->owned_by(blue) == 0);
    f.red_frames->put(std::move(mine));
}

LACUNA_TEST("net.handover", "empty and oversized packets are refused by every policy") {
    for (const auto& choice : mm::handover_choices) {
        Fixture f;
        const auto bytes = pattern(net::max_packet_bytes + 1, 1);
        net::SpanSource large{bytes};
        net::SpanSource empty{{}};
        const net::HandoverOps& ops = net::handover(choice.value);
        CHECK(f.send(ops, large).error() == Error::InvalidArgument);
        CHECK(f.send(ops, empty).error() == Error::InvalidArgument);
    }
}

LACUNA_TEST("net.handover", "a peer that has gone costs the packet, not the frames") {
    Fixture f;
    const auto bytes = pattern(5000, 1);
    f.blue_end.close();
    for (const auto& choice : mm::handover_choices) {
        net::SpanSource source{bytes};
        CHECK(f.send(net::handover(choice.value), source).error() == Error::Closed);
    }
    CHECK(f.machine->in_transit() == 0);
}

} // namespace
