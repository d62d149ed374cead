// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace net {

/// The Internet checksum (RFC 1071) of `bytes`, not inverted, in memory order: storing its complement
/// in the header makes the whole sum 0xffff. Any length and alignment; an odd last byte is padded
/// with zero. Reads eight bytes at a time: the one's complement sum does not care how wide its words
/// are (RFC 1071, section 2 (C)).
std::uint16_t internet_checksum(std::span<const std::byte> bytes);

/// The same of an IPv4 header without options, in a dozen instructions.
inline std::uint16_t header_checksum(std::span<const std::byte, 20> header) {
    std::uint64_t sum = 0;
    for (std::size_t at = 0; at < header.size(); at += 4) {
        std::uint32_t word;
        __builtin_memcpy(&word, header.data() + at, sizeof word);
        sum += word;
    }
    sum = (sum & 0xffff'ffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16); // no carry is lost: 33 bits at most
    sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(sum);
}

} // namespace net
