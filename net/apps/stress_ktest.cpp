// SPDX-License-Identifier: MIT
#include "kernel/test/test.hpp"
#include "net/apps/stress.hpp"

LACUNA_TEST("net.stress", "namespaces come and go under traffic on every CPU, and no frame is lost") {
    const auto result = net::stress({.namespaces = 16, .seconds = 5});
    REQUIRE(result.has_value());
    CHECK(result->failures == 0);
    CHECK(result->frames_lost == 0);
    CHECK(result->streams > 0);
    CHECK(result->lives >= 16);
}
