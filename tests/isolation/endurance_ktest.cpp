// SPDX-License-Identifier: MIT
// What holds for one life of a namespace must hold for thousands.
#include "kernel/ns/frame_balance.hpp"
#include "kernel/test/test.hpp"
#include "tests/isolation/two_namespaces.hpp"

using namespace isolation;

LACUNA_TEST("isolation.endurance", "ten thousand namespaces live in pairs with TCP traffic, and no frame is lost") {
    for (unsigned warm_up = 0; warm_up < 20; ++warm_up) {
        TwoNamespaces two;
        REQUIRE(two.ready());
    }
    const mm::PageCount before = kernel::frame_balance();
    for (unsigned life = 0; life < 5'000; ++life) {
        TwoNamespaces two;
        REQUIRE(two.ready());
    }
    CHECK(kernel::frame_balance() == before);
}
