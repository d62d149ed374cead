// SPDX-License-Identifier: MIT
#include "net/lwip/checksum.hpp"

#include <bit>

namespace net {

namespace {

std::uint64_t load_word(const std::byte* at) {
    std::uint64_t word;
    // Not std::memcpy: in a freestanding build that is a call.
    __builtin_memcpy(&word, at, sizeof word);
    return word;
}

/// Adds four words with one chain of carries; the last carry wraps around to the next call.
void add_four(std::uint64_t& sum, unsigned long long& carry, const std::byte* at) {
    sum = __builtin_addcll(sum, load_word(at), carry, &carry);
    sum = __builtin_addcll(sum, load_word(at + 8), carry, &carry);
    sum = __builtin_addcll(sum, load_word(at + 16), carry, &carry);
    sum = __builtin_addcll(sum, load_word(at + 24), carry, &carry);
}

} // namespace

std::uint16_t internet_checksum(std::span<const std::byte> bytes) {
    static_assert(std::endian::native == std::endian::little, "a tail is padded at its high end");
    std::uint64_t sum = 0;
    unsigned long long carry = 0;
    const std::byte* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 32; left -= 32, at += 32) add_four(sum, carry, at);
    for (; left >= 8; left -= 8, at += 8) sum = __builtin_addcll(sum, load_word(at), carry, &carry);
    std::uint64_t tail = 0;
    for (std::size_t i = 0; i < left; ++i) tail |= std::to_integer<std::uint64_t>(at[i]) << (8 * i);
    sum = __builtin_addcll(sum, tail, carry, &carry);
    // The carry is worth one; adding it can carry once more only from all ones, which it makes zero + 1.
    sum = __builtin_addcll(sum, 0, carry, &carry);
    sum += carry;
    sum = (sum & 0xffff'ffff) + (sum >> 32);
    sum = (sum & 0xffff'ffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(sum);
}

} // namespace net
