// SPDX-License-Identifier: MIT
#include <array>
#include <cstdint>
#include <cstring>

#include "kernel/test/test.hpp"

namespace {

using Buffer = std::array<std::uint8_t, 256>;

Buffer counting() {
    Buffer buffer;
    for (std::size_t i = 0; i < buffer.size(); ++i) buffer[i] = static_cast<std::uint8_t>(i * 7 + 1);
    return buffer;
}

} // namespace

LACUNA_TEST("base.memory", "memset touches exactly its range") {
    for (const int value : {0, 0x6b}) {
        for (std::size_t size : {0u, 1u, 7u, 8u, 63u, 64u, 65u, 200u}) {
            Buffer buffer = counting();
            const Buffer original = buffer;
            std::memset(buffer.data() + 3, value, size);
            for (std::size_t i = 0; i < buffer.size(); ++i) {
                const bool inside = i >= 3 && i < 3 + size;
                CHECK(buffer[i] == (inside ? static_cast<std::uint8_t>(value) : original[i]));
            }
        }
    }
}

LACUNA_TEST("base.memory", "memcpy copies exactly its range, of any length and alignment") {
    for (std::size_t size = 0; size <= 100; ++size) {
        for (std::size_t from = 0; from < 9; ++from) {
            const Buffer source = counting();
            Buffer copy{};
            std::memcpy(copy.data() + 5, source.data() + from, size);
            for (std::size_t i = 0; i < copy.size(); ++i) {
                const bool inside = i >= 5 && i < 5 + size;
                REQUIRE(copy[i] == (inside ? source[from + i - 5] : 0));
            }
        }
    }
}

LACUNA_TEST("base.memory", "memmove is a copy by way of elsewhere, at every distance and length") {
    constexpr std::size_t from = 60;
    for (std::size_t size = 0; size <= 90; ++size) {
        for (std::size_t to = 0; to <= 120; ++to) {
            Buffer buffer = counting(), expected = buffer;
            for (std::size_t i = 0; i < size; ++i) expected[to + i] = buffer[from + i];
            std::memmove(buffer.data() + to, buffer.data() + from, size);
            REQUIRE(buffer == expected);
        }
    }
}

LACUNA_TEST("base.memory", "memmove copes with overlap both ways") {
    for (const std::size_t shift : {1u, 8u, 40u}) {
        Buffer up = counting();
        Buffer down = up;
        const Buffer original = up;
        std::memmove(up.data() + shift, up.data(), 200);
        std::memmove(down.data(), down.data() + shift, 200);
        CHECK(std::memcmp(up.data() + shift, original.data(), 200) == 0);
        CHECK(std::memcmp(down.data(), original.data() + shift, 200) == 0);
    }
}

LACUNA_TEST("base.memory", "memcmp orders bytes as unsigned") {
    const std::array<std::uint8_t, 2> low{1, 0x7f}, high{1, 0x80};
    CHECK(std::memcmp(low.data(), high.data(), 2) < 0);
    CHECK(std::memcmp(high.data(), low.data(), 2) > 0);
    CHECK(std::memcmp(high.data(), low.data(), 1) == 0);
    // Beyond the words that are compared at once, and inside one of them the first difference decides.
    for (std::size_t size = 1; size < 40; ++size) {
        for (std::size_t at = 0; at < size; ++at) {
            Buffer left = counting(), right = left;
            left[at] = 1;
            right[at] = 2;
            if (at + 1 < size) left[at + 1] = 0xff;
            CHECK(std::memcmp(left.data(), right.data(), size) < 0);
            CHECK(std::memcmp(left.data(), right.data(), at) == 0);
        }
    }
}
