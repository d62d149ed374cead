// SPDX-License-Identifier: MIT
#include "net/bridge/forwarding_table.hpp"

#include "kernel/test/test.hpp"

#include <memory>

namespace {

using net::ForwardingTable;
using net::MacAddress;
using net::PortId;

LACUNA_TEST("net.bridge", "an address is found where it was heard last, until it ages") {
    auto table = std::make_unique<ForwardingTable>();
    const MacAddress red = MacAddress::local(1);
    CHECK(!table->find(red, 0));
    table->learn(red, PortId{3}, 1000);
    CHECK(table->find(red, 1000) == PortId{3});
    table->learn(red, PortId{4}, 2000);
    CHECK(table->find(red, 2000) == PortId{4});
    CHECK(table->find(red, 2000 + ForwardingTable::lifetime_ms));
    CHECK(!table->find(red, 2001 + ForwardingTable::lifetime_ms));
}

LACUNA_TEST("net.bridge", "group addresses are never learnt") {
    auto table = std::make_unique<ForwardingTable>();
    const MacAddress group{{0x33, 0x33, 0, 0, 0, 1}};
    table->learn(group, PortId{1}, 0);
    CHECK(!table->find(group, 0));
}

LACUNA_TEST("net.bridge", "a port that goes away takes its addresses along") {
    auto table = std::make_unique<ForwardingTable>();
    table->learn(MacAddress::local(1), PortId{1}, 0);
    table->learn(MacAddress::local(2), PortId{2}, 0);
    table->forget(PortId{1});
    CHECK(!table->find(MacAddress::local(1), 0));
    CHECK(table->find(MacAddress::local(2), 0) == PortId{2});
}

LACUNA_TEST("net.bridge", "a flood of forged addresses pushes out the oldest, not the busy") {
    auto table = std::make_unique<ForwardingTable>();
    const MacAddress red = MacAddress::local(0);
    for (std::uint32_t i = 1; i < 100'000; ++i) {
        table->learn(MacAddress::local(i), PortId{9}, i);
        table->learn(red, PortId{1}, i);
        REQUIRE(table->find(red, i) == PortId{1});
    }
}

} // namespace
