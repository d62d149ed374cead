// SPDX-License-Identifier: MIT
#include "net/wire/descriptor_ring.hpp"

#include "kernel/test/test.hpp"

#include <array>
#include <cstddef>
#include <memory>

namespace {

using kernel::Error;
using net::Descriptor;
using net::PacketRing;
using net::PieceList;

PieceList packet_of(std::size_t pieces, std::uint32_t first_pfn) {
    PieceList packet;
    for (std::size_t i = 0; i < pieces; ++i) {
        packet.append(Descriptor::of_frame(mm::Pfn{first_pfn + i}, 0, 100 + i));
    }
    packet.end_packet();
    return packet;
}

LACUNA_TEST("net.wire", "packets come out as they went in, across the end of the ring") {
    PacketRing ring;
    PieceList out;
    std::uint32_t next = 1;
    for (std::size_t round = 0; round < 3 * PacketRing::capacity; ++round) {
        const std::size_t pieces = 1 + round % net::max_packet_pieces;
        const PieceList in = packet_of(pieces, next);
        next += static_cast<std::uint32_t>(pieces);
        // The last packet length is 64 KiB at most, so every packet here is well-formed.
        REQUIRE(ring.push(in.pieces()));
        REQUIRE(ring.pop(out));
        REQUIRE(out.size() == pieces);
        for (std::size_t i = 0; i < pieces; ++i) {
            CHECK(out.pieces()[i].index == in.pieces()[i].index);
            CHECK(out.pieces()[i].length == in.pieces()[i].length);
        }
    }
    CHECK(ring.empty());
    CHECK(ring.pop(out).error() == Error::WouldBlock);
}

LACUNA_TEST("net.wire", "a packet that does not fit leaves the ring as it was") {
    PacketRing ring;
    const PieceList large = packet_of(net::max_packet_pieces, 1);
    std::size_t pushed = 0;
    while (ring.push(large.pieces())) ++pushed;
    CHECK(pushed == PacketRing::capacity / net::max_packet_pieces);
    const std::uint32_t before = ring.size();
    CHECK(ring.push(large.pieces()).error() == Error::NoSpace);
    CHECK(ring.size() == before);
    // A small one still fits, and room comes back as soon as one packet is taken.
    CHECK(ring.push(packet_of(1, 9).pieces()));
    PieceList out;
    REQUIRE(ring.pop(out));
    CHECK(out.size() == net::max_packet_pieces);
    CHECK(ring.push(large.pieces()));
}

LACUNA_TEST("net.wire", "what is no packet is not pushed") {
    PacketRing ring;
    CHECK(ring.push({}).error() == Error::InvalidArgument);
    const std::array overlong{Descriptor::of_frame(mm::Pfn{1}, 4000, net::max_block_bytes - 3999)};
    CHECK(ring.push(overlong).error() == Error::InvalidArgument);
    const std::array overlong_slot{Descriptor::of_slot(1, mm::page_size + 1)};
    CHECK(ring.push(overlong_slot).error() == Error::InvalidArgument);
    const std::array empty{Descriptor::of_frame(mm::Pfn{1}, 0, 0)};
    CHECK(ring.push(empty).error() == Error::InvalidArgument);
    auto endless = Descriptor::of_frame(mm::Pfn{1}, 0, 1);
    endless.position = net::Position::More;
    CHECK(ring.push({&endless, 1}).error() == Error::InvalidArgument);
    std::array<Descriptor, PacketRing::capacity + 1> many;
    many.fill(Descriptor::of_frame(mm::Pfn{1}, 0, 1));
    CHECK(ring.push(many).error() == Error::InvalidArgument);
    CHECK(ring.empty());
}

LACUNA_TEST("net.wire", "packets pushed together come out one by one") {
    PacketRing ring;
    std::array<Descriptor, 6> pieces;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        pieces[i] = Descriptor::of_frame(mm::Pfn{i}, 64 * i, 60);
        if (i < 2 || i == 4) pieces[i].position = net::Position::More;
    }
    REQUIRE(ring.push(pieces));
    PieceList out;
    for (const std::size_t size : {3U, 1U, 2U}) {
        REQUIRE(ring.pop(out));
        CHECK(out.size() == size);
    }
    CHECK(ring.empty());
}

// The ring lies in shared memory: whatever is written over it, the reader takes a bounded number of
// bounded pieces and says that they are no packet.
LACUNA_TEST("net.wire", "a ring scribbled over is refused piece by piece and then empty") {
    auto ring = std::make_unique<PacketRing>();
    for (int i = 0; i < 64; ++i) REQUIRE(ring->push(packet_of(1, 1).pieces()));
    const std::span bytes{reinterpret_cast<std::byte*>(ring.get()), sizeof(PacketRing)};
    // Past the two index lines; they hold atomics that the producer would go on using.
    for (std::byte& byte : bytes.subspan(128)) byte = std::byte{0xff};

    PieceList out;
    std::size_t refused = 0;
    while (true) {
        const auto popped = ring->pop(out);
        if (!popped && popped.error() == Error::WouldBlock) break;
        REQUIRE(!popped);
        CHECK(out.size() <= net::max_packet_pieces);
        ++refused;
    }
    CHECK(refused > 0);
    CHECK(ring->empty());
    CHECK(ring->push(packet_of(2, 1).pieces()));
    CHECK(ring->pop(out));
}

LACUNA_TEST("net.wire", "indices scribbled over do not make the reader run away") {
    auto ring = std::make_unique<PacketRing>();
    auto* words = reinterpret_cast<std::atomic<std::uint32_t>*>(ring.get());
    words[0].store(0x80000000U); // head_: two thousand million pieces are said to wait
    CHECK(ring->size() == PacketRing::capacity);
    PieceList out;
    for (int i = 0; i < 1000; ++i) {
        const auto popped = ring->pop(out);
        CHECK(!popped); // zero-length pieces
        CHECK(out.size() <= net::max_packet_pieces);
    }
    // Nor does the producer write beyond the ring; it says that there is no room.
    words[0].store(PacketRing::capacity + 5000);
    words[16].store(0);
    CHECK(ring->push(packet_of(1, 1).pieces()).error() == Error::NoSpace);
}

} // namespace
