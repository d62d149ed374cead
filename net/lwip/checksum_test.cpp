// SPDX-License-Identifier: MIT
#include "net/lwip/checksum.hpp"

#include "kernel/test/test.hpp"

#include <array>

namespace {

/// RFC 1071 to the letter: 16 bits at a time.
std::uint16_t plain_checksum(std::span<const std::byte> bytes) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        sum += std::to_integer<std::uint32_t>(bytes[i]) << (i % 2 == 0 ? 0 : 8);
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return static_cast<std::uint16_t>(sum);
}

std::array<std::byte, 300> noise() {
    std::array<std::byte, 300> bytes{};
    std::uint32_t state = 12345;
    for (std::byte& byte : bytes) {
        state = state * 1664525 + 1013904223;
        byte = static_cast<std::byte>(state >> 24);
    }
    return bytes;
}

} // namespace

LACUNA_TEST("net.checksum", "agrees with the plain sum at every length and offset") {
    const auto bytes = noise();
    for (std::size_t offset = 0; offset < 9; ++offset) {
        for (std::size_t length = 0; offset + length <= bytes.size(); ++length) {
            const auto part = std::span(bytes).subspan(offset, length);
            REQUIRE(net::internet_checksum(part) == plain_checksum(part));
        }
    }
}

LACUNA_TEST("net.checksum", "a header's sum is the plain sum") {
    auto bytes = noise();
    for (std::size_t offset = 0; offset + 20 <= bytes.size(); ++offset) {
        const auto header = std::span(bytes).subspan(offset).first<20>();
        REQUIRE(net::header_checksum(header) == plain_checksum(header));
    }
    bytes.fill(std::byte{0xff});
    CHECK(net::header_checksum(std::span<const std::byte>(bytes).first<20>()) == 0xffff);
    bytes.fill(std::byte{0});
    CHECK(net::header_checksum(std::span<const std::byte>(bytes).first<20>()) == 0);
}

LACUNA_TEST("net.checksum", "carries wrap around") {
    std::array<std::byte, 96> ones;
    ones.fill(std::byte{0xff});
    CHECK(net::internet_checksum(ones) == 0xffff);
    CHECK(net::internet_checksum({}) == 0);
    ones[95] = std::byte{0xfe};
    CHECK(net::internet_checksum(ones) == plain_checksum(ones));
}

LACUNA_TEST("net.checksum", "RFC 1071's example") {
    constexpr std::array bytes{std::byte{0x00}, std::byte{0x01}, std::byte{0xf2}, std::byte{0x03},
                               std::byte{0xf4}, std::byte{0xf5}, std::byte{0xf6}, std::byte{0xf7}};
    CHECK(net::internet_checksum(bytes) == 0xf2dd); // 0xddf2 in network order
}
