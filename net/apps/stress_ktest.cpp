// SPDX-License-Identifier: MIT
#include "kernel/main/system.hpp"
#include "kernel/test/test.hpp"
#include "net/apps/stress.hpp"

LACUNA_TEST("net.stress", "namespaces come and go under traffic on every CPU, and no frame is lost") {
    // With protection keys there are fifteen domains at most, and `init` has one.
    const bool few = kernel::options().policies.isolation == mm::Isolation::Pks;
    const unsigned namespaces = few ? 12 : 16;
    const auto result = net::stress({.namespaces = namespaces, .seconds = 5});
    REQUIRE(result.has_value());
    CHECK(result->failures == 0);
    CHECK(result->frames_lost == 0);
    CHECK(result->streams > 0);
    CHECK(result->lives >= namespaces);
}
