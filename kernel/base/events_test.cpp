// SPDX-License-Identifier: MIT
#include "kernel/base/events.hpp"

#include "kernel/test/test.hpp"

using kernel::Event;

LACUNA_TEST("base.events", "a difference of snapshots is what happened between them") {
    const auto before = kernel::snapshot_events();
    kernel::count(Event::Heals);
    kernel::count(Event::BytesCopied, 1500);
    const auto between = kernel::snapshot_events().since(before);
    CHECK(between[Event::Heals] == 1);
    CHECK(between[Event::BytesCopied] == 1500);
}

LACUNA_TEST("base.events", "a maximum only rises") {
    kernel::count_maximum(Event::StaleWindowNs, 70);
    const auto high = kernel::snapshot_events()[Event::StaleWindowNs];
    CHECK(high >= 70);
    kernel::count_maximum(Event::StaleWindowNs, 3);
    CHECK(kernel::snapshot_events()[Event::StaleWindowNs] == high);
}

LACUNA_TEST("base.events", "every event has a name of its own") {
    for (std::size_t i = 0; i < kernel::event_count; ++i) {
        CHECK(kernel::name(static_cast<Event>(i)) != "unknown");
        for (std::size_t j = 0; j < i; ++j) {
            CHECK(kernel::name(static_cast<Event>(i)) != kernel::name(static_cast<Event>(j)));
        }
    }
}
