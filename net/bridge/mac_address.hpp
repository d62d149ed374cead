// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace net {

/// An Ethernet address (IEEE 802), in the order of transmission.
struct MacAddress {
    std::array<std::uint8_t, 6> octets{};

    /// A group address (multicast or broadcast): the first octet's lowest bit.
    constexpr bool is_group() const { return (octets[0] & 1) != 0; }
    constexpr auto operator<=>(const MacAddress&) const = default;

    /// The address as a number, for hashing.
    constexpr std::uint64_t as_number() const {
        std::uint64_t value = 0;
        for (std::uint8_t octet : octets) value = value << 8 | octet;
        return value;
    }

    /// The address at the front of `bytes`; nothing if there are fewer than six.
    static constexpr std::optional<MacAddress> at(std::span<const std::byte> bytes) {
        if (bytes.size() < 6) return std::nullopt;
        MacAddress address;
        for (std::size_t i = 0; i < 6; ++i) address.octets[i] = std::to_integer<std::uint8_t>(bytes[i]);
        return address;
    }

    /// A locally administered unicast address that no two `serial`s share: 02:4c:cc:nn:nn:nn, for
    /// serial < 2^24.
    static constexpr MacAddress local(std::uint32_t serial) {
        return {{0x02, 0x4c, 0xcc, static_cast<std::uint8_t>(serial >> 16),
                 static_cast<std::uint8_t>(serial >> 8), static_cast<std::uint8_t>(serial)}};
    }
};

static_assert(MacAddress::local(1) != MacAddress::local(2) && !MacAddress::local(0xffffff).is_group());

} // namespace net
