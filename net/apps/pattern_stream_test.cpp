// SPDX-License-Identifier: MIT
#include "net/apps/pattern_stream.hpp"

#include "kernel/test/test.hpp"

#include <array>

LACUNA_TEST("net.pattern", "the pieces may be cut differently at the two ends") {
    std::array<std::byte, 257> bytes{};
    net::PatternStream out(7);
    net::PatternStream in(7);
    // Ends up at 5 * 257 bytes each time, in pieces of n and of the rest.
    for (std::size_t n : {1u, 7u, 8u, 100u, 256u}) {
        out.fill(std::span(bytes).first(n));
        out.fill(std::span(bytes).subspan(n));
        REQUIRE(in.verify(bytes));
    }
    CHECK(in.position() == 5 * bytes.size());
}

LACUNA_TEST("net.pattern", "one wrong bit shows") {
    std::array<std::byte, 64> bytes{};
    for (std::size_t wrong = 0; wrong < bytes.size(); ++wrong) {
        net::PatternStream out(1);
        net::PatternStream in(1);
        out.fill(bytes);
        bytes[wrong] ^= std::byte{4};
        REQUIRE_FALSE(in.verify(bytes));
        REQUIRE(in.position() <= wrong);
        REQUIRE_FALSE(in.verify({}));
    }
}

LACUNA_TEST("net.pattern", "seeds make different streams") {
    std::array<std::byte, 16> bytes{};
    net::PatternStream(1).fill(bytes);
    CHECK_FALSE(net::PatternStream(2).verify(bytes));
}
