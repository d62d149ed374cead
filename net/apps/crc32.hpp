// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace net {

namespace detail {

/// The effect of each value of a byte: the reflected polynomial 0xedb88320, bit by bit.
inline constexpr std::array<std::uint32_t, 256> crc32_table = [] {
    std::array<std::uint32_t, 256> made{};
    for (std::uint32_t n = 0; n < 256; ++n) {
        std::uint32_t c = n;
        for (int bit = 0; bit < 8; ++bit) c = (c >> 1) ^ ((c & 1) != 0 ? 0xedb88320 : 0);
        made[n] = c;
    }
    return made;
}();

} // namespace detail

/// CRC-32 of ISO 3309 (zlib's and gzip's), so that a download can be compared with `python3 -c 'import
/// zlib ...'` or `gzip -lv` on the host.
class Crc32 {
public:
    constexpr void add(std::span<const std::byte> bytes) {
        for (std::byte byte : bytes) {
            state_ = detail::crc32_table[(state_ ^ std::to_integer<std::uint32_t>(byte)) & 0xff] ^ (state_ >> 8);
        }
    }
    constexpr std::uint32_t value() const { return ~state_; }

private:
    std::uint32_t state_ = 0xffff'ffff;
};

/// The check value of the algorithm: the CRC of "123456789".
static_assert([] {
    std::array<std::byte, 9> digits{};
    for (std::size_t i = 0; i < 9; ++i) digits[i] = static_cast<std::byte>('1' + i);
    Crc32 crc;
    crc.add(digits);
    return crc.value();
}() == 0xcbf43926);

} // namespace net
