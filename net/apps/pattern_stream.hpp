// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace net {

/// An endless stream of bytes that both ends of a test can make: what arrives is compared byte by byte
/// with what must have been sent, so a lost, doubled or swapped piece shows, and where. The bytes are
/// those of xorshift64* (Vigna 2016), little end first; streams with different seeds differ.
class PatternStream {
public:
    explicit PatternStream(std::uint64_t seed) : state_(seed * 2 + 1) {}

    /// Writes the next bytes.
    void fill(std::span<std::byte> out);
    /// Compares with the next bytes. False, for good, once there was a difference.
    bool verify(std::span<const std::byte> in);

    /// Bytes made or compared, up to the first difference.
    std::uint64_t position() const { return position_; }
    bool intact() const { return intact_; }

private:
    std::byte next();
    std::uint64_t next_word();

    std::uint64_t state_;
    std::uint64_t word_ = 0;
    unsigned word_bytes_ = 0; ///< bytes of word_ not used yet
    std::uint64_t position_ = 0;
    bool intact_ = true;
};

} // namespace net
