// SPDX-License-Identifier: MIT
#include "net/lwip/transport_checksum.hpp"

#include "kernel/test/test.hpp"
#include "net/lwip/checksum.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace {

constexpr std::uint8_t tcp = 6;
constexpr std::uint8_t udp = 17;

using Frame = std::vector<std::byte>;

void put16(Frame& frame, std::size_t at, std::size_t value) {
    frame[at] = static_cast<std::byte>(value >> 8);
    frame[at + 1] = static_cast<std::byte>(value);
}

/// An Ethernet frame with a transport segment of `length` bytes of noise in it.
Frame ipv4(std::uint8_t protocol, std::size_t length) {
    Frame frame(14 + 20 + length);
    for (std::size_t i = 0; i < frame.size(); ++i) frame[i] = static_cast<std::byte>(i * 37 + 11);
    put16(frame, 12, 0x0800);
    frame[14] = std::byte{0x45};
    put16(frame, 16, 20 + length);
    put16(frame, 20, 0x4000); // do not fragment
    frame[23] = std::byte{protocol};
    return frame;
}

Frame ipv6(std::uint8_t protocol, std::size_t length) {
    Frame frame(14 + 40 + length);
    for (std::size_t i = 0; i < frame.size(); ++i) frame[i] = static_cast<std::byte>(i * 53 + 7);
    put16(frame, 12, 0x86dd);
    frame[14] = std::byte{0x60};
    put16(frame, 18, length);
    frame[20] = std::byte{protocol};
    return frame;
}

/// The whole sum of RFC 1071 with the pseudo-header, 16 bits at a time: 0xffff if the checksum is right.
std::uint32_t verify(const Frame& frame, std::size_t addresses, std::size_t address_bytes, std::size_t transport,
                     std::uint8_t protocol) {
    std::uint32_t sum = protocol + static_cast<std::uint32_t>(frame.size() - transport);
    const auto add = [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            sum += std::to_integer<std::uint32_t>(frame[i]) << ((i - begin) % 2 == 0 ? 8 : 0);
        }
    };
    add(addresses, addresses + address_bytes);
    add(transport, frame.size());
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

} // namespace

LACUNA_TEST("net.checksum", "TCP and UDP checksums are completed, in IPv4 and IPv6, at every length") {
    for (const std::uint8_t protocol : {tcp, udp}) {
        for (std::size_t length = 20; length < 60; ++length) {
            Frame four = ipv4(protocol, length);
            net::complete_transport_checksum(four);
            CHECK(verify(four, 14 + 12, 8, 14 + 20, protocol) == 0xffff);
            Frame six = ipv6(protocol, length);
            net::complete_transport_checksum(six);
            CHECK(verify(six, 14 + 8, 32, 14 + 40, protocol) == 0xffff);
        }
    }
}

LACUNA_TEST("net.checksum", "a minimal Ethernet frame's padding is not summed") {
    Frame frame = ipv4(tcp, 20);
    Frame padded = frame;
    padded.resize(60, std::byte{0xee});
    net::complete_transport_checksum(frame);
    net::complete_transport_checksum(padded);
    padded.resize(frame.size());
    CHECK(padded == frame);
}

LACUNA_TEST("net.checksum", "a UDP checksum of zero is written as all ones") {
    Frame frame = ipv4(udp, 20);
    net::complete_transport_checksum(frame);
    // Adding the checksum to the data makes the rest of the sum 0xffff, and the checksum zero.
    const std::size_t data = 14 + 20 + 8;
    const std::uint32_t checksum =
        std::to_integer<std::uint32_t>(frame[40]) << 8 | std::to_integer<std::uint32_t>(frame[41]);
    std::uint32_t word =
        (std::to_integer<std::uint32_t>(frame[data]) << 8 | std::to_integer<std::uint32_t>(frame[data + 1])) + checksum;
    word = (word & 0xffff) + (word >> 16);
    put16(frame, data, word);
    net::complete_transport_checksum(frame);
    CHECK(frame[40] == std::byte{0xff});
    CHECK(frame[41] == std::byte{0xff});
}

LACUNA_TEST("net.checksum", "what cannot be completed is left alone") {
    const auto unchanged = [](Frame frame) {
        const Frame before = frame;
        net::complete_transport_checksum(frame);
        return frame == before;
    };
    CHECK(unchanged(ipv4(1, 40)));   // ICMP
    CHECK(unchanged(ipv6(44, 40)));  // an extension header
    CHECK(unchanged(ipv4(tcp, 19))); // shorter than a header
    CHECK(unchanged(ipv4(udp, 7)));
    Frame fragment = ipv4(udp, 40);
    put16(fragment, 20, 0x2000);
    CHECK(unchanged(fragment));
    Frame overlong = ipv4(tcp, 40);
    put16(overlong, 16, 20 + 41);
    CHECK(unchanged(overlong));
    Frame short_header = ipv4(tcp, 40);
    short_header[14] = std::byte{0x44};
    CHECK(unchanged(short_header));
    Frame six = ipv6(tcp, 40);
    put16(six, 18, 41);
    CHECK(unchanged(six));
    for (std::size_t length = 0; length < 34; ++length) {
        Frame cut = ipv4(tcp, 40);
        cut.resize(length);
        CHECK(unchanged(cut));
    }
}
