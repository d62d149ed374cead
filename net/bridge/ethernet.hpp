// SPDX-License-Identifier: MIT
#pragma once

#include "net/bridge/mac_address.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace net {

/// The header of an Ethernet II frame (IEEE 802.3 §3.1): destination, source, type.
struct EthernetHeader {
    static constexpr std::size_t size = 14;

    MacAddress destination;
    MacAddress source;
    std::uint16_t type = 0;

    /// The header at the front of `frame`; nothing if the frame is too short to have one.
    static constexpr std::optional<EthernetHeader> of(std::span<const std::byte> frame) {
        if (frame.size() < size) return std::nullopt;
        return EthernetHeader{*MacAddress::at(frame), *MacAddress::at(frame.subspan(6)),
                              static_cast<std::uint16_t>(std::to_integer<unsigned>(frame[12]) << 8 |
                                                         std::to_integer<unsigned>(frame[13]))};
    }

    /// Whether `frame` has such a header and at least `behind` bytes behind it, and is for `station` and of `type`.
    static bool is_for(MacAddress station, std::uint16_t type, std::size_t behind, std::span<const std::byte> frame) {
        if (frame.size() < size + behind) return false;
        // The first eight bytes are the destination and the beginning of the source.
        std::uint64_t front = 0;
        std::uint16_t type_said = 0;
        __builtin_memcpy(&front, frame.data(), sizeof front);
        __builtin_memcpy(&type_said, frame.data() + 12, sizeof type_said);
        return (front ^ station.as_number()) << 16 == 0 && __builtin_bswap16(type_said) == type;
    }
};

} // namespace net
