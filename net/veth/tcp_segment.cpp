// SPDX-License-Identifier: MIT
#include "net/veth/tcp_segment.hpp"

#include "net/lwip/checksum.hpp"

namespace net {

namespace {

// Offsets of RFC 791 section 3.1 and RFC 9293 section 3.1; TCP's with an IPv4 header of 20 bytes before it.
constexpr std::size_t tos = 1, total_length = 2, fragment = 6, lifetime = 8, protocol = 9, ip_checksum = 10,
                      addresses = 12, ports = 20, sequence = 24, acknowledged = 28, data_offset = 32, flags = 33,
                      window = 34;
constexpr std::uint8_t flag_psh = 0x08, flag_ack = 0x10;

template <class T>
T load(std::span<const std::byte> bytes, std::size_t at) {
    T value;
    __builtin_memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

template <class T>
void store(std::span<std::byte> bytes, std::size_t at, T value) {
    __builtin_memcpy(bytes.data() + at, &value, sizeof value);
}

std::uint8_t byte_at(std::span<const std::byte> bytes, std::size_t at) {
    return std::to_integer<std::uint8_t>(bytes[at]);
}

} // namespace

std::optional<TcpSegment> TcpSegment::of(std::span<const std::byte> packet) {
    constexpr std::uint16_t offset_or_more = 0xff3f; // 0x3fff in network order: all but "do not fragment"
    if (packet.size() <= headers || byte_at(packet, 0) != 0x45 || byte_at(packet, protocol) != 6 ||
        (load<std::uint16_t>(packet, fragment) & offset_or_more) != 0 ||
        __builtin_bswap16(load<std::uint16_t>(packet, total_length)) != packet.size() ||
        byte_at(packet, data_offset) != 0x50 || (byte_at(packet, flags) & ~flag_psh) != flag_ack) {
        return std::nullopt;
    }
    return TcpSegment{
        .addresses = load<std::uint64_t>(packet, net::addresses),
        .ports = load<std::uint32_t>(packet, net::ports),
        .sequence = __builtin_bswap32(load<std::uint32_t>(packet, net::sequence)),
        .acknowledged = load<std::uint32_t>(packet, net::acknowledged),
        .window = load<std::uint16_t>(packet, net::window),
        .traffic_class_and_lifetime = static_cast<std::uint16_t>(byte_at(packet, tos) << 8 | byte_at(packet, lifetime)),
        .data_bytes = static_cast<std::uint16_t>(packet.size() - headers),
    };
}

void relabel_joined(std::span<std::byte, TcpSegment::headers> headers, std::uint16_t total) {
    store<std::uint16_t>(headers, total_length, __builtin_bswap16(total));
    store<std::uint16_t>(headers, ip_checksum, 0);
    const auto sum = static_cast<std::uint16_t>(~header_checksum(headers.first<20>()));
    store(headers, ip_checksum, sum);
    headers[flags] |= std::byte{flag_psh};
}

} // namespace net
