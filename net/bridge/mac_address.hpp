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
    /// By number: comparing arrays is a call of memcmp.
    constexpr bool operator==(const MacAddress& other) const { return as_number() == other.as_number(); }

    /// The address as a number, for comparing and hashing: the first octet is its lowest.
    constexpr std::uint64_t as_number() const {
        if !consteval {
            std::uint32_t front = 0;
            std::uint16_t back = 0;
            __builtin_memcpy(&front, octets.data(), sizeof front);
            __builtin_memcpy(&back, octets.data() + sizeof front, sizeof back);
            return front | std::uint64_t{back} << 32;
        }
        const auto at = [this](unsigned i) { return std::uint64_t{octets.data()[i]}; };
        return at(0) | at(1) << 8 | at(2) << 16 | at(3) << 24 | at(4) << 32 | at(5) << 40;
    }

    /// The address at the front of `bytes`; nothing if there are fewer than six.
    static constexpr std::optional<MacAddress> at(std::span<const std::byte> bytes) {
        if (bytes.size() < 6) return std::nullopt;
        const auto at = [bytes](unsigned i) { return std::to_integer<std::uint8_t>(bytes.data()[i]); };
        return MacAddress{{at(0), at(1), at(2), at(3), at(4), at(5)}};
    }

    /// A locally administered unicast address that no two `serial`s share: 02:4c:cc:nn:nn:nn, for
    /// serial < 2^24.
    static constexpr MacAddress local(std::uint32_t serial) {
        return {{0x02, 0x4c, 0xcc, static_cast<std::uint8_t>(serial >> 16), static_cast<std::uint8_t>(serial >> 8),
                 static_cast<std::uint8_t>(serial)}};
    }
};

static_assert(MacAddress::local(1) != MacAddress::local(2) && !MacAddress::local(0xffffff).is_group());

} // namespace net
