// SPDX-License-Identifier: MIT
#include "net/lwip/transport_checksum.hpp"

#include "net/bridge/ethernet.hpp"
#include "net/lwip/checksum.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace net {

namespace {

constexpr std::uint16_t type_ipv4 = 0x0800;
constexpr std::uint16_t type_ipv6 = 0x86dd;
constexpr std::uint8_t protocol_tcp = 6;
constexpr std::uint8_t protocol_udp = 17;

std::uint8_t byte_at(std::span<const std::byte> bytes, std::size_t offset) {
    return std::to_integer<std::uint8_t>(bytes[offset]);
}

/// Two bytes in network order.
std::uint16_t number_at(std::span<const std::byte> bytes, std::size_t offset) {
    return static_cast<std::uint16_t>(byte_at(bytes, offset) << 8 | byte_at(bytes, offset + 1));
}

/// A TCP segment or UDP datagram and what the pseudo-header adds to its sum.
struct Transport {
    std::span<std::byte> bytes;
    std::span<const std::byte> addresses; ///< source and destination
    std::uint8_t protocol;
};

std::optional<Transport> in_ipv4(std::span<std::byte> packet) {
    if (packet.size() < 20 || byte_at(packet, 0) >> 4 != 4) return std::nullopt;
    const std::size_t header = std::size_t{4} * (byte_at(packet, 0) & 0xf);
    const std::size_t total = number_at(packet, 2);
    const bool fragment = (number_at(packet, 6) & 0x3fff) != 0; // an offset, or more to come
    if (header < 20 || total < header || total > packet.size() || fragment) return std::nullopt;
    return Transport{packet.first(total).subspan(header), packet.subspan(12, 8), byte_at(packet, 9)};
}

std::optional<Transport> in_ipv6(std::span<std::byte> packet) {
    constexpr std::size_t header = 40;
    if (packet.size() < header || byte_at(packet, 0) >> 4 != 6) return std::nullopt;
    const std::size_t length = number_at(packet, 4);
    if (length > packet.size() - header) return std::nullopt;
    return Transport{packet.subspan(header, length), packet.subspan(8, 32), byte_at(packet, 6)};
}

void complete(const Transport& transport) {
    const bool tcp = transport.protocol == protocol_tcp;
    if (!tcp && transport.protocol != protocol_udp) return;
    const std::size_t place = tcp ? 16 : 6;
    if (transport.bytes.size() < (tcp ? std::size_t{20} : std::size_t{8})) return;
    const auto field = transport.bytes.subspan(place, 2);
    field[0] = field[1] = std::byte{0};
    const auto length = static_cast<std::uint32_t>(transport.bytes.size());
    const std::array<std::byte, 4> rest{std::byte{0}, std::byte{transport.protocol},
                                        static_cast<std::byte>(length >> 8), static_cast<std::byte>(length)};
    std::uint32_t sum = internet_checksum(transport.addresses);
    sum += internet_checksum(rest);
    sum += internet_checksum(transport.bytes);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    auto checksum = static_cast<std::uint16_t>(~sum);
    // Zero would say that a datagram has none (RFC 768).
    if (!tcp && checksum == 0) checksum = 0xffff;
    // The sums are in memory order already.
    field[0] = static_cast<std::byte>(checksum);
    field[1] = static_cast<std::byte>(checksum >> 8);
}

} // namespace

void complete_transport_checksum(std::span<std::byte> ethernet_frame) {
    const auto header = EthernetHeader::of(ethernet_frame);
    if (!header) return;
    const auto packet = ethernet_frame.subspan(EthernetHeader::size);
    std::optional<Transport> transport;
    if (header->type == type_ipv4) transport = in_ipv4(packet);
    if (header->type == type_ipv6) transport = in_ipv6(packet);
    if (transport) complete(*transport);
}

} // namespace net
