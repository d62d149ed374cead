// SPDX-License-Identifier: MIT
#include "net/veth/tcp_segment.hpp"

#include "kernel/test/test.hpp"
#include "net/lwip/checksum.hpp"

#include <array>
#include <vector>

namespace {

using net::TcpSegment;
using Packet = std::vector<std::byte>;

void put16(Packet& packet, std::size_t at, std::size_t value) {
    packet[at] = static_cast<std::byte>(value >> 8);
    packet[at + 1] = static_cast<std::byte>(value);
}

void put32(Packet& packet, std::size_t at, std::uint32_t value) {
    put16(packet, at, value >> 16);
    put16(packet, at + 2, value & 0xffff);
}

/// An acknowledging segment of one connection.
Packet segment(std::uint32_t sequence, std::size_t data) {
    Packet packet(TcpSegment::headers + data, std::byte{0x5a});
    packet[0] = std::byte{0x45};
    packet[1] = std::byte{0};
    put16(packet, 2, packet.size());
    put16(packet, 6, 0x4000);
    packet[8] = std::byte{64};
    packet[9] = std::byte{6};
    put32(packet, 24, sequence);
    put32(packet, 28, 77);
    packet[32] = std::byte{0x50};
    packet[33] = std::byte{0x10};
    put16(packet, 34, 4096);
    return packet;
}

} // namespace

LACUNA_TEST("net.segments", "a plain data segment is recognised, with what follows it") {
    const auto first = TcpSegment::of(segment(1000, 500));
    REQUIRE(first);
    CHECK(first->sequence == 1000);
    CHECK(first->data_bytes == 500);
    CHECK(first->is_followed_by(*TcpSegment::of(segment(1500, 1))));
    CHECK(!first->is_followed_by(*TcpSegment::of(segment(1499, 1))));
    CHECK(!first->is_followed_by(*TcpSegment::of(segment(1501, 1))));
    CHECK(!first->is_followed_by(*first));
    // The sequence number wraps around (RFC 9293, 3.4).
    CHECK(TcpSegment::of(segment(0xffff'ff00, 256))->is_followed_by(*TcpSegment::of(segment(0, 9))));
}

LACUNA_TEST("net.segments", "any other difference ends the chain") {
    const auto first = *TcpSegment::of(segment(1000, 500));
    // Service type, lifetime, an address, a port, acknowledgement, window.
    for (const std::size_t at : {1u, 8u, 12u, 19u, 20u, 23u, 28u, 31u, 34u, 35u}) {
        Packet next = segment(1500, 100);
        next[at] ^= std::byte{1};
        const auto changed = TcpSegment::of(next);
        REQUIRE(changed);
        CHECK(!first.is_followed_by(*changed));
    }
}

LACUNA_TEST("net.segments", "what is no plain data segment is left to the stack") {
    CHECK(!TcpSegment::of(segment(0, 0)));
    const auto broken = [](std::size_t at, std::uint8_t value) {
        Packet packet = segment(0, 100);
        packet[at] = std::byte{value};
        return !TcpSegment::of(packet);
    };
    CHECK(broken(0, 0x46)); // IP options
    CHECK(broken(0, 0x65)); // IPv6
    CHECK(broken(3, 139));  // shorter than the packet: padding
    CHECK(broken(3, 141));
    CHECK(broken(6, 0x20));  // more fragments
    CHECK(broken(7, 0x01));  // a fragment
    CHECK(broken(9, 17));    // UDP
    CHECK(broken(32, 0x60)); // TCP options
    for (const int flags : {0x00, 0x11, 0x12, 0x14, 0x30, 0x50, 0x90})
        CHECK(broken(33, static_cast<std::uint8_t>(flags)));
    CHECK(!broken(33, 0x18));
    Packet packet = segment(0, 100);
    for (std::size_t size = 0; size < packet.size(); ++size) {
        CHECK(!TcpSegment::of(std::span(packet).first(size)));
    }
}

LACUNA_TEST("net.segments", "the joined packet's header is right again") {
    for (const std::uint16_t total : {std::uint16_t{1500}, std::uint16_t{2960}, std::uint16_t{65535}}) {
        Packet packet = segment(1000, 1460);
        net::relabel_joined(std::span(packet).first<TcpSegment::headers>(), total);
        CHECK(packet[2] == static_cast<std::byte>(total >> 8));
        CHECK(packet[3] == static_cast<std::byte>(total));
        CHECK(packet[33] == std::byte{0x18});
        CHECK(net::header_checksum(std::span<const std::byte>(packet).first<20>()) == 0xffff);
    }
}
