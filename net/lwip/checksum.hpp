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

} // namespace net
