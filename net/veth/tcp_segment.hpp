// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace net {

/// What there is to know of an IPv4 packet that holds a plain TCP data segment: no IP or TCP options, no
/// fragment, no flag but ACK and PSH, and data. Multi-byte fields as they lie in the packet, but for the
/// sequence number.
struct TcpSegment {
    static constexpr std::size_t headers = 40; ///< IPv4's and TCP's, without options

    std::uint64_t addresses;
    std::uint32_t ports;
    std::uint32_t sequence; ///< of the first byte, in the CPU's order
    std::uint32_t acknowledged;
    std::uint16_t window;
    std::uint16_t traffic_class_and_lifetime; ///< IPv4's TOS and TTL
    std::uint16_t data_bytes;

    /// The segment in `packet`, if that is one of these, with nothing behind it.
    static std::optional<TcpSegment> of(std::span<const std::byte> packet);

    /// Whether one segment holding the data of both would have told lwIP the same.
    bool is_followed_by(const TcpSegment& next) const {
        return next.addresses == addresses && next.ports == ports && next.sequence == sequence + data_bytes &&
               next.acknowledged == acknowledged && next.window == window &&
               next.traffic_class_and_lifetime == traffic_class_and_lifetime;
    }
};

/// Makes the IPv4 packet at `headers` one of `total` bytes: its length and its checksum. Sets PSH, as the last
/// of the segments that were joined may have.
void relabel_joined(std::span<std::byte, TcpSegment::headers> headers, std::uint16_t total);

} // namespace net
