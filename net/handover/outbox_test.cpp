// SPDX-License-Identifier: MIT
// Packets that leave together, and the blocks that they share.
#include "net/handover/fake_machine.hpp"
#include "net/handover/handover.hpp"

#include "kernel/test/test.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace {

using kernel::Error;
using net::BlockClass;
using net::Descriptor;
using net::Outbox;
using net::Packet;
using net::test::FakeMachine;
using net::test::FakeStore;

constexpr int red = 1;
constexpr int blue = 2;
constexpr mm::TransitTag tag{3};

struct CountingWaker final : net::Waker {
    void wake() override { ++wakes; }
    int wakes = 0;
};

/// Red sends, blue receives.
struct Fixture {
    std::unique_ptr<FakeMachine> machine = std::make_unique<FakeMachine>();
    FakeStore red_store;
    FakeStore blue_store{*machine, blue, FakeMachine::frame_count};
    std::unique_ptr<net::PacketFrames> red_frames = std::make_unique<net::PacketFrames>();
    std::unique_ptr<net::PacketFrames> blue_frames = std::make_unique<net::PacketFrames>();
    Outbox outbox{*red_frames};
    net::Inbox inbox;
    CountingWaker waker;
    std::unique_ptr<net::Wire> wire = std::make_unique<net::Wire>(tag, *machine);
    net::WireEnd out{*wire, net::Side::A};
    net::WireEnd in{*wire, net::Side::B};

    explicit Fixture(net::Packing packing = net::Packing::Together, std::size_t red_limit = FakeMachine::frame_count)
        : red_store(*machine, red, red_limit) {
        red_frames->bind(red_store);
        blue_frames->bind(blue_store);
        out.attach(waker);
        in.attach(waker, packing);
    }
    ~Fixture() {
        outbox.flush();
        inbox.leave(*blue_frames);
        wire.reset();
        red_frames->drain();
        blue_frames->drain();
        CHECK(machine->owned_by(red) + machine->owned_by(blue) + machine->in_transit() == 0);
    }

    kernel::Result<> send(std::span<const std::byte> bytes, mm::HandoverPolicy policy = mm::HandoverPolicy::Remap) {
        net::SpanSource source{bytes};
        return net::handover(policy).send(out, outbox, source);
    }
    kernel::Result<Packet> receive() { return net::receive_packet(in, inbox, *blue_frames); }
};

std::vector<std::byte> pattern(std::size_t bytes, std::size_t seed) {
    std::vector<std::byte> out(bytes);
    for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<std::byte>(1 + (seed + i * 7 + i / 251) % 255);
    return out;
}

bool holds(Packet& packet, std::span<const std::byte> expected) {
    for (auto& piece : packet.pieces()) {
        const auto bytes = piece.bytes();
        if (bytes.size() > expected.size() || !std::ranges::equal(bytes, expected.first(bytes.size()))) return false;
        expected = expected.subspan(bytes.size());
    }
    return expected.empty();
}

LACUNA_TEST("net.handover", "packets sent together share blocks, cross whole, and wake the receiver once") {
    Fixture f;
    constexpr std::size_t count = 60;
    for (int round = 0; round < 3; ++round) {
        const int wakes = f.waker.wakes;
        for (std::size_t i = 0; i < count; ++i) REQUIRE(f.send(pattern(1 + i * 25, i)));
        CHECK(f.machine->in_transit() == 0); // nothing has left yet
        f.outbox.flush();
        CHECK(f.waker.wakes == wakes + 1);
        CHECK(f.machine->in_transit() <= 1 + 4 + 2 * 16); // about 44 KiB
        std::vector<Packet> held;
        for (std::size_t i = 0; i < count; ++i) {
            auto packet = f.receive();
            REQUIRE(packet);
            CHECK(holds(*packet, pattern(1 + i * 25, i)));
            held.push_back(std::move(*packet));
        }
        CHECK(f.receive().error() == Error::WouldBlock);
        // Whatever the order in which they are freed, the last one of a block frees it.
        for (std::size_t i = 0; i < count; ++i) held[i * 7 % count].recycle(*f.blue_frames);
    }
}

LACUNA_TEST("net.handover", "a small packet behind a large one takes no large block") {
    Fixture f;
    for (int round = 0; round < 3; ++round) {
        REQUIRE(f.send(pattern(65000, 1)));
        REQUIRE(f.send(pattern(600, 2))); // no room behind the first
        REQUIRE(f.send(pattern(700, 3)));
        f.outbox.flush();
        CHECK(f.machine->in_transit() == 16 + 1);
        while (auto packet = f.receive()) packet->recycle(*f.blue_frames);
    }
}

LACUNA_TEST("net.handover", "between packets that share a block there is nothing") {
    Fixture f;
    // Blocks that were full of something else before.
    for (const std::size_t large : {4096U, 16384U, 65536U}) {
        REQUIRE(f.send(pattern(large, 1)));
        f.outbox.flush();
        auto packet = f.receive();
        REQUIRE(packet);
        packet->recycle(*f.blue_frames);
    }
    for (std::size_t i = 0; i < 64; ++i) REQUIRE(f.send(pattern(1 + i * 13 % 700, i)));
    f.outbox.flush();
    std::vector<Packet> held;
    while (auto packet = f.receive()) held.push_back(std::move(*packet));
    REQUIRE(held.size() == 64);
    // What lies in a block, and is none of the packets there.
    for (auto& one : held) {
        const auto block = one.pieces()[0].frame.bytes();
        std::vector<bool> is_packet(block.size());
        for (auto& other : held) {
            const auto bytes = other.pieces()[0].bytes();
            if (bytes.data() < block.data() || bytes.data() >= block.data() + block.size()) continue;
            for (std::size_t i = 0; i < bytes.size(); ++i) {
                is_packet[static_cast<std::size_t>(bytes.data() - block.data()) + i] = true;
            }
        }
        bool clean = true;
        for (std::size_t i = 0; i < block.size(); ++i) clean = clean && (is_packet[i] || block[i] == std::byte{0});
        CHECK(clean);
    }
    for (auto& packet : held) packet.recycle(*f.blue_frames);
}

LACUNA_TEST("net.handover", "a shared block that goes back to its sender carries no stack's notes") {
    Fixture f;
    for (int round = 0; round < 4; ++round) {
        for (std::size_t i = 0; i < 40; ++i) REQUIRE(f.send(pattern(1000, i)));
        f.outbox.flush();
        std::vector<Packet> held;
        while (auto packet = f.receive()) held.push_back(std::move(*packet));
        for (auto& packet : held) {
            packet.pieces()[0].bytes()[20] = std::byte{0xee};
            packet.recycle(*f.blue_frames);
        }
    }
    bool given_back = false;
    while (const auto back = f.out.take_back()) {
        given_back = true;
        const std::size_t size = f.machine->entry(back->pfn()).order.bytes();
        const std::span bytes{f.machine->bytes(back->pfn()), size};
        for (std::size_t at = 20; at < size; at += 1000) CHECK(bytes[at] != std::byte{0xee});
        CHECK(back->end() <= size);
        CHECK(std::ranges::all_of(bytes.subspan(back->end()), [](std::byte byte) { return byte == std::byte{0}; }));
        f.out.discard(*back);
    }
    CHECK(given_back);
}

LACUNA_TEST("net.handover", "for a receiver that passes whole blocks on, each packet has its own") {
    Fixture f{net::Packing::Alone};
    for (std::size_t i = 0; i < 10; ++i) REQUIRE(f.send(pattern(100, i)));
    f.outbox.flush();
    CHECK(f.machine->in_transit() == 10);
    for (std::size_t i = 0; i < 10; ++i) {
        auto packet = f.receive();
        REQUIRE(packet);
        CHECK(packet->pieces()[0].frame.block() == nullptr);
        CHECK(holds(*packet, pattern(100, i)));
        packet->recycle(*f.blue_frames);
    }
}

LACUNA_TEST("net.handover", "a packet in a shared block is forwarded as a copy, and the others stay") {
    Fixture f;
    for (std::size_t i = 0; i < 3; ++i) REQUIRE(f.send(pattern(1000, i)));
    f.outbox.flush();
    std::vector<Packet> held;
    while (auto packet = f.receive()) held.push_back(std::move(*packet));
    REQUIRE(held.size() == 3);
    Outbox back{*f.blue_frames};
    REQUIRE(net::handover(mm::HandoverPolicy::Remap).forward(f.in, back, held[1]));
    back.flush();
    CHECK(holds(held[0], pattern(1000, 0)));
    CHECK(holds(held[2], pattern(1000, 2)));
    net::Inbox red_inbox;
    auto returned = net::receive_packet(f.out, red_inbox, *f.red_frames);
    REQUIRE(returned);
    CHECK(holds(*returned, pattern(1000, 1)));
    returned->recycle(*f.red_frames);
    for (auto& packet : held) packet.recycle(*f.blue_frames);
}

/// A frame of red's on the wire, named by forged descriptors.
mm::Pfn forge(Fixture& f, std::span<Descriptor> pieces) {
    auto frame = f.red_frames->take();
    kernel::ensure(frame.has_value(), "out of frames in a test");
    std::ranges::fill(frame->bytes(), std::byte{0x5a});
    const mm::PageRun block = frame->release();
    for (Descriptor& piece : pieces) piece.index = block.first.raw();
    f.red_store.disown({&block, 1}, tag);
    kernel::ensure(f.out.send(pieces).has_value(), "no room on a wire in a test");
    return block.first;
}

LACUNA_TEST("net.handover", "packets that overlap in a shared block, or reach beyond it, are refused") {
    // Two packets in the same bytes: the notes that a stack makes over the headers of one would lie in the other.
    constexpr std::array seconds{
        Descriptor::of_frame(mm::Pfn{0}, 100, 60),  // the same place
        Descriptor::of_frame(mm::Pfn{0}, 159, 60),  // its last byte
        Descriptor::of_frame(mm::Pfn{0}, 0, 60),    // before it
        Descriptor::of_frame(mm::Pfn{0}, 4090, 60), // beyond the frame
    };
    for (const Descriptor& second : seconds) {
        Fixture f;
        std::array pieces{Descriptor::of_frame(mm::Pfn{0}, 100, 60), second};
        pieces[0].block = net::Block::Continued;
        forge(f, pieces);
        auto packet = f.receive();
        REQUIRE(packet);
        CHECK(f.receive().error() == Error::Refused);
        CHECK(f.machine->owned_by(blue) == 1); // the refusal took nothing from the first packet
        packet->recycle(*f.blue_frames);
    }
}

/// A small generator of our own: the same numbers at every run.
struct Numbers {
    std::uint64_t state;
    std::size_t below(std::size_t limit) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<std::size_t>(state >> 33) % limit;
    }
};

bool overlap(std::span<const std::byte> a, std::span<const std::byte> b) {
    return a.data() < b.data() + b.size() && b.data() < a.data() + a.size();
}

LACUNA_TEST("net.handover", "whatever a sender claims, no two packets lie in the same bytes, and no frame is lost") {
    Fixture f;
    Numbers numbers{7};
    std::vector<Packet> held;
    std::vector<mm::PageRun> ours; // blocks that red gave up by hand, to be claimed again and again
    std::size_t accepted = 0;
    for (int round = 0; round < 3500; ++round) {
        switch (numbers.below(4)) {
        case 0: { // an honest batch
            for (std::size_t i = 0, count = 1 + numbers.below(6); i < count; ++i) {
                if (!f.send(pattern(1 + numbers.below(9000), i))) break;
            }
            f.outbox.flush();
            break;
        }
        case 1: { // a block, and claims about it and about others
            if (auto frame = f.red_frames->take(static_cast<BlockClass>(numbers.below(2)))) {
                ours.push_back(frame->release());
                f.red_store.disown({&ours.back(), 1}, tag);
                if (ours.size() > 20) {
                    f.machine->reclaim(ours.front().first, tag);
                    ours.erase(ours.begin());
                }
            }
            [[fallthrough]];
        }
        case 2: {
            for (std::size_t i = 0, count = 1 + numbers.below(5); i < count; ++i) {
                const mm::Pfn target =
                    ours.empty() || numbers.below(4) == 0
                        ? mm::Pfn{numbers.below(FakeMachine::frame_count)}
                        : ours[ours.size() - 1 - numbers.below(std::min<std::size_t>(3, ours.size()))].first;
                auto claim = Descriptor::of_frame(target, numbers.below(20'000), 1 + numbers.below(3000));
                claim.block = numbers.below(3) == 0 ? net::Block::Left : net::Block::Continued;
                if (i + 1 < count && numbers.below(3) == 0) claim.position = net::Position::More;
                static_cast<void>(f.out.send({&claim, 1})); // More at the end of a push is refused
            }
            break;
        }
        default:
            break;
        }
        while (true) {
            auto packet = f.receive();
            if (!packet && packet.error() == Error::WouldBlock) break;
            if (!packet) continue;
            ++accepted;
            for (auto& piece : packet->pieces()) {
                CHECK(f.machine->entry(piece.frame.pfn()).owner == blue);
                for (auto& other : held) {
                    for (auto& theirs : other.pieces()) CHECK(!overlap(piece.bytes(), theirs.bytes()));
                }
            }
            held.push_back(std::move(*packet));
        }
        while (held.size() > 6) {
            const std::size_t at = numbers.below(held.size());
            held[at].recycle(*f.blue_frames);
            std::vector<Packet> rest;
            for (auto& packet : held) {
                if (!packet.empty()) rest.push_back(std::move(packet));
            }
            held = std::move(rest);
        }
    }
    CHECK(accepted > 3000);
    for (auto& packet : held) packet.recycle(*f.blue_frames);
    // What red gave up and nobody was told of rightly is still on its way.
    for (const mm::PageRun& block : ours) f.machine->reclaim(block.first, tag);
}

LACUNA_TEST("net.handover", "a piece that reaches beyond its block is refused, and the block is free again") {
    Fixture f;
    std::array pieces{Descriptor::of_frame(mm::Pfn{0}, 0, 5000)};
    forge(f, pieces);
    CHECK(f.receive().error() == Error::Refused);
    CHECK(f.machine->in_transit() == 0);
}

LACUNA_TEST("net.handover", "a block that is said to go on and does not is given up with the next packet") {
    Fixture f;
    std::array pieces{Descriptor::of_frame(mm::Pfn{0}, 0, 60)};
    pieces[0].block = net::Block::Continued;
    forge(f, pieces);
    auto first = f.receive();
    REQUIRE(first);
    first->recycle(*f.blue_frames);
    CHECK(f.blue_frames->stocked() == 0); // the inbox still waits
    REQUIRE(f.send(pattern(60, 1)));
    f.outbox.flush();
    auto second = f.receive();
    REQUIRE(second);
    CHECK(f.blue_frames->stocked() == 1);
    second->recycle(*f.blue_frames);
}

LACUNA_TEST("net.handover", "a shared block that cannot be taken costs all of its packets, and nothing else") {
    Fixture f;
    for (std::size_t i = 0; i < 3; ++i) REQUIRE(f.send(pattern(1000, i)));
    f.outbox.flush();
    REQUIRE(f.send(pattern(100, 9)));
    f.outbox.flush();
    f.blue_store.refuses_sharing = true;
    CHECK(f.receive().error() == Error::OutOfMemory);
    CHECK(f.receive().error() == Error::Refused);
    CHECK(f.receive().error() == Error::Refused);
    auto packet = f.receive();
    REQUIRE(packet);
    CHECK(holds(*packet, pattern(100, 9)));
    packet->recycle(*f.blue_frames);
}

LACUNA_TEST("net.handover", "a packet that fails half-way takes back what it had, and leaves the others") {
    // Room for the first packet's frame and two more: the second packet gets so far in single frames.
    Fixture f{net::Packing::Together, 3};
    REQUIRE(f.send(pattern(100, 1)));
    CHECK(f.send(pattern(4 * mm::page_size, 2)).error() == Error::DomainLimit);
    REQUIRE(f.send(pattern(200, 3)));
    f.outbox.flush();
    auto first = f.receive();
    REQUIRE(first);
    CHECK(holds(*first, pattern(100, 1)));
    auto second = f.receive();
    REQUIRE(second);
    CHECK(holds(*second, pattern(200, 3)));
    CHECK(f.receive().error() == Error::WouldBlock);
    first->recycle(*f.blue_frames);
    second->recycle(*f.blue_frames);
}

LACUNA_TEST("net.handover", "packets of both kinds keep their order") {
    Fixture f;
    for (std::size_t i = 0; i < 30; ++i) {
        const auto policy = i % 3 == 1 ? mm::HandoverPolicy::Copy : mm::HandoverPolicy::Remap;
        REQUIRE(f.send(pattern(100 + i, i), policy));
    }
    f.outbox.flush();
    for (std::size_t i = 0; i < 30; ++i) {
        auto packet = f.receive();
        REQUIRE(packet);
        CHECK(holds(*packet, pattern(100 + i, i)));
        packet->recycle(*f.blue_frames);
    }
}

LACUNA_TEST("net.handover", "a packet for another wire sends off what waits for the first") {
    Fixture f;
    net::Wire other{mm::TransitTag{4}, *f.machine};
    other.attach(net::Side::A, f.waker);
    other.attach(net::Side::B, f.waker);
    REQUIRE(f.send(pattern(100, 1)));
    const auto bytes = pattern(50, 2);
    net::SpanSource source{bytes};
    REQUIRE(net::handover(mm::HandoverPolicy::Remap).send({other, net::Side::A}, f.outbox, source));
    auto first = f.receive();
    REQUIRE(first);
    first->recycle(*f.blue_frames);
    CHECK(!other.pending(net::Side::B));
    f.outbox.flush();
    CHECK(other.pending(net::Side::B));
    for (const net::Side side : {net::Side::A, net::Side::B}) other.close(side);
}

LACUNA_TEST("net.handover", "what waits for a peer that goes is lost, and its blocks are free again") {
    for (const auto& choice : mm::handover_choices) {
        Fixture f;
        for (std::size_t i = 0; i < 5; ++i) REQUIRE(f.send(pattern(3000, i), choice.value));
        f.in.close();
        f.outbox.flush();
        CHECK(f.outbox.empty());
        CHECK(f.machine->in_transit() == 0);
        CHECK(f.out.outgoing_bounce().free_slots() == net::BounceBuffer::slot_count);
    }
}

LACUNA_TEST("net.handover", "where no large block is to be had, a large packet crosses in single frames") {
    Fixture f;
    // Every second frame is taken: no two are in a row.
    std::vector<mm::Pfn> taken;
    while (const auto pfn = f.machine->take(99, mm::order_4k)) taken.push_back(*pfn);
    for (std::size_t i = 0; i < taken.size(); i += 2) f.machine->free(taken[i]);
    const auto bytes = pattern(net::max_packet_bytes, 1);
    REQUIRE(f.send(bytes));
    f.outbox.flush();
    auto packet = f.receive();
    REQUIRE(packet);
    CHECK(packet->size() == 17);
    CHECK(holds(*packet, bytes));
    packet->recycle(*f.blue_frames);
    for (std::size_t i = 1; i < taken.size(); i += 2) f.machine->free(taken[i]);
}

} // namespace
