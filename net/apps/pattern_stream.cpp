// SPDX-License-Identifier: MIT
#include "net/apps/pattern_stream.hpp"

namespace net {

// __builtin_memcpy where std::memcpy would do: in a freestanding build that is a call.

std::uint64_t PatternStream::next_word() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1d;
}

std::byte PatternStream::next() {
    if (word_bytes_ == 0) {
        word_ = next_word();
        word_bytes_ = 8;
    }
    const auto byte = static_cast<std::byte>(word_ & 0xff);
    word_ >>= 8;
    --word_bytes_;
    return byte;
}

void PatternStream::fill(std::span<std::byte> out) {
    position_ += out.size();
    while (!out.empty()) {
        if (word_bytes_ == 0 && out.size() >= 8) {
            const std::uint64_t word = next_word();
            __builtin_memcpy(out.data(), &word, 8);
            out = out.subspan(8);
        } else {
            out[0] = next();
            out = out.subspan(1);
        }
    }
}

bool PatternStream::verify(std::span<const std::byte> in) {
    while (intact_ && !in.empty()) {
        if (word_bytes_ == 0 && in.size() >= 8) {
            std::uint64_t word = 0;
            __builtin_memcpy(&word, in.data(), 8);
            intact_ = word == next_word();
            position_ += intact_ ? 8 : 0;
            in = in.subspan(8);
        } else {
            intact_ = in[0] == next();
            position_ += intact_ ? 1 : 0;
            in = in.subspan(1);
        }
    }
    return intact_;
}

} // namespace net
