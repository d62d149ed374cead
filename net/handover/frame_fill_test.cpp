// SPDX-License-Identifier: MIT
#include "net/handover/frame_fill.hpp"

#include "kernel/test/test.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace {

using net::Extent;

struct alignas(64) Frame {
    std::array<std::byte, mm::page_size> bytes{};
};

/// A small generator of our own: the same numbers in both worlds.
struct Numbers {
    std::uint64_t state;
    std::size_t below(std::size_t limit) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<std::size_t>(state >> 33) % limit;
    }
};

LACUNA_TEST("net.handover", "after any sequence of packets a frame holds the last one and zeros") {
    Frame frame;
    Frame packet;
    packet.bytes.fill(std::byte{0xa5});
    Numbers numbers{1};
    Extent dirty{};
    for (int round = 0; round < 500; ++round) {
        const std::size_t begin = numbers.below(mm::page_size);
        const std::size_t length = 1 + numbers.below(mm::page_size - begin);
        const Extent extent{begin, begin + length};
        net::SpanSource source{std::span{packet.bytes}.first(length)};
        net::fill_frame(frame.bytes, dirty, extent, source);
        CHECK(source.remaining() == 0);
        REQUIRE(net::only_packet(frame.bytes, extent));
        CHECK(std::all_of(frame.bytes.begin() + static_cast<std::ptrdiff_t>(extent.begin),
                          frame.bytes.begin() + static_cast<std::ptrdiff_t>(extent.end),
                          [](std::byte byte) { return byte == std::byte{0xa5}; }));
        dirty = extent;
    }
}

LACUNA_TEST("net.handover", "no note that a stack may have written over headers stays in a packet") {
    constexpr Extent packet{64, 1564};
    const auto left_of = [&](std::uint16_t type) {
        Frame frame;
        std::ranges::fill(std::span(frame.bytes).subspan(packet.begin, packet.size()), std::byte{0xa5});
        frame.bytes[packet.begin + 12] = static_cast<std::byte>(type >> 8);
        frame.bytes[packet.begin + 13] = static_cast<std::byte>(type);
        net::clear_headers(frame.bytes, packet);
        CHECK(net::only_packet(frame.bytes, packet));
        const auto first = std::ranges::find(frame.bytes, std::byte{0xa5});
        return static_cast<std::size_t>(first - frame.bytes.begin());
    };
    const std::size_t ip4 = left_of(0x0800);
    CHECK(ip4 >= packet.begin + 134); // Ethernet, and the longest headers of IPv4 and TCP
    CHECK(ip4 < packet.end);
    // Options of any length may stand in front of an IPv6 fragment's header; a VLAN tag moves IPv4's.
    for (const std::uint16_t type : {std::uint16_t{0x86dd}, std::uint16_t{0x8100}, std::uint16_t{0x0806}})
        CHECK(left_of(type) == mm::page_size);
}

LACUNA_TEST("net.handover", "one stray byte beside the packet is found") {
    Frame frame;
    frame.bytes[4095] = std::byte{1};
    CHECK(!net::only_packet(frame.bytes, {0, 4095}));
    CHECK(net::only_packet(frame.bytes, {0, 4096}));
    frame.bytes[4095] = std::byte{0};
    frame.bytes[0] = std::byte{1};
    CHECK(!net::only_packet(frame.bytes, {1, 2}));
}

} // namespace
