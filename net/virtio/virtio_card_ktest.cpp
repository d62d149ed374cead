// SPDX-License-Identifier: MIT
// The network card against QEMU's user network, whose gateway answers ARP and ping.
#include "kernel/ns/namespace_registry.hpp"
#include "kernel/ns/scratch_namespace.hpp"
#include "kernel/sched/sched.hpp"
#include "kernel/test/test.hpp"
#include "net/apps/ping.hpp"
#include "net/links/link_state.hpp"
#include "net/links/links.hpp"
#include "net/virtio/virtio_queues.hpp"

namespace {

using net::VirtioQueues;

/// Runs `fn(VirtioQueues*)` inside the initial namespace; null: it has no card.
template <class Fn>
bool with_card(Fn fn) {
    auto init = kernel::namespaces().find("init");
    if (!init) return false;
    return kernel::run_in(
               **init, "test",
               [](void* argument) {
                   (*static_cast<Fn*>(argument))(net::link_state != nullptr ? net::link_state->uplink : nullptr);
               },
               &fn)
        .has_value();
}

bool has_card() {
    bool there = false;
    return with_card([&](VirtioQueues* card) { there = card != nullptr; }) && there;
}

LACUNA_TEST("net.virtio", "the gateway answers pings of every size from the initial namespace") {
    if (!has_card()) SKIP("no network card");
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, std::size_t{56}, std::size_t{1472}}) {
        unsigned received = 0;
        VirtioQueues::Counters before;
        VirtioQueues::Counters after;
        std::uint64_t refused = 0;
        CHECK(with_card([&](VirtioQueues* card) {
            before = card->counters();
            if (const auto result = net::ping({.host = "10.0.2.2", .count = 2, .bytes = bytes})) {
                received = result->received;
            }
            after = card->counters();
            refused = card->refused();
        }));
        CHECK(received == 2);
        CHECK(after.sent >= before.sent + 2);
        CHECK(after.received >= before.received + 2);
        CHECK(after.ill_formed == 0);
        CHECK(refused == 0);
    }
}

LACUNA_TEST("net.virtio", "a namespace behind the bridge reaches the gateway through the card") {
    if (!has_card()) SKIP("no network card");
    auto init = kernel::namespaces().find("init");
    kernel::ScratchNamespace red{"uplink-red"};
    REQUIRE(red);
    REQUIRE(net::attach_to_bridge(*red, **init).has_value());
    unsigned received = 0;
    CHECK(red.inside([&] {
        if (const auto result = net::ping({.host = "10.0.2.2", .count = 3})) received = result->received;
    }));
    CHECK(received == 3);
}

LACUNA_TEST("net.virtio", "more packets than the ring holds go out and come in") {
    if (!has_card()) SKIP("no network card");
    unsigned received = 0;
    CHECK(with_card([&](VirtioQueues* card) {
        const auto result = net::ping({.host = "10.0.2.2", .count = 600, .bytes = 1000, .interval_ms = 0});
        if (result) received = result->received;
        static_cast<void>(card);
    }));
    CHECK(received == 600);
}

} // namespace
