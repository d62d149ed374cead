// SPDX-License-Identifier: MIT
#include <array>
#include <memory>
#include <vector>

#include "kernel/base/events.hpp"
#include "kernel/test/test.hpp"
#include "mm/testing/many_cpus.hpp"
#include "mm/testing/test_domain.hpp"

using namespace mm;
using kernel::Event;
using mm::testing::AsCpu;
using mm::testing::ManyCpus;
using mm::testing::TestDomain;
using mm::testing::TestMemory;

namespace {

/// Two CPUs with PCIDs, and a domain with a block of memory.
struct Pcids {
    Pcids() : cpus(memory, 2, Pcid::On), red(memory, DomainId{1}) {
        memory.make_exclusive(TestMemory::block(0), red.window);
        space = red.space();
    }
    ~Pcids() {
        for (const unsigned cpu : {0u, 1u}) {
            const AsCpu there(cpu);
            load_kernel();
        }
        memory.make_shared(TestMemory::block(0), red.window);
    }
    void load_kernel() { memory.spaces.load(memory.spaces.kernel_space()); }
    VirtAddr address(unsigned page) const { return red.window.address(TestMemory::page(0, page).begin); }

    TestMemory memory;
    ManyCpus<TestMemory> cpus;
    TestDomain red;
    AddressSpaceRef space;
};

} // namespace

LACUNA_TEST("mm.pcid", "an address space finds its translations again, and nobody else finds them") {
    Pcids machine;
    const auto before = kernel::snapshot_events();
    machine.memory.spaces.load(*machine.space);
    REQUIRE(machine.memory.can_touch(machine.address(1)));
    machine.load_kernel();
    CHECK_FALSE(machine.memory.can_touch(machine.address(1)));
    machine.memory.spaces.load(*machine.space);
    const auto again = machine.memory.machine.touch(0, machine.address(1));
    REQUIRE(again.has_value());
    CHECK(again->cached);
    const auto events = kernel::snapshot_events().since(before);
    CHECK(events[Event::Cr3Writes] == 3);
    CHECK(events[Event::Cr3Kept] == 2); // the kernel's, and the return
}

LACUNA_TEST("mm.pcid", "a change while another address space is loaded is heard at the next load") {
    Pcids machine;
    for (const unsigned cpu : {0u, 1u}) {
        const AsCpu there(cpu);
        machine.memory.spaces.load(*machine.space);
        REQUIRE(machine.memory.can_touch(machine.address(1), cpu));
        machine.load_kernel();
    }
    const unsigned before = machine.cpus.remote.requests;
    machine.red.window.unmap(TestMemory::page(0, 1));
    CHECK(machine.cpus.remote.requests == before); // nobody was interrupted
    for (const unsigned cpu : {0u, 1u}) {
        const AsCpu there(cpu);
        machine.memory.spaces.load(*machine.space);
        CHECK_FALSE(machine.memory.can_touch(machine.address(1), cpu));
    }
    machine.red.window.map_reserved(TestMemory::page(0, 1));
}

LACUNA_TEST("mm.pcid", "a window's change is heard under another PCID of the same CPU") {
    Pcids machine;
    TestDomain process(machine.memory, DomainId{2}, DomainKind::Process);
    const std::array members{machine.red.member(), process.member()};
    auto both = *machine.memory.spaces.get(members);
    machine.memory.spaces.load(*machine.space);
    REQUIRE(machine.memory.can_touch(machine.address(1)));
    machine.memory.spaces.load(*both);
    REQUIRE(machine.memory.can_touch(machine.address(1)));
    machine.red.window.unmap(TestMemory::page(0, 1)); // INVLPG, under the second PCID only
    CHECK_FALSE(machine.memory.can_touch(machine.address(1)));
    machine.memory.spaces.load(*machine.space);
    CHECK_FALSE(machine.memory.can_touch(machine.address(1)));
    machine.memory.spaces.load(*both);
    CHECK_FALSE(machine.memory.can_touch(machine.address(1)));
    machine.load_kernel();
    machine.red.window.map_reserved(TestMemory::page(0, 1));
}

LACUNA_TEST("mm.pcid", "who has flushed page by page is up to date, and keeps the rest") {
    Pcids machine;
    machine.memory.spaces.load(*machine.space);
    REQUIRE(machine.memory.can_touch(machine.address(1)));
    REQUIRE(machine.memory.can_touch(machine.address(2)));
    machine.red.window.unmap(TestMemory::page(0, 1));
    WindowHolders& window = machine.red.window.holders();
    CHECK(FlushTicket{&window, window.generation()}.passed());
    machine.load_kernel();
    machine.memory.spaces.load(*machine.space);
    const auto rest = machine.memory.machine.touch(0, machine.address(2));
    REQUIRE(rest.has_value());
    CHECK(rest->cached);
    CHECK_FALSE(machine.memory.can_touch(machine.address(1)));
    machine.load_kernel();
    machine.red.window.map_reserved(TestMemory::page(0, 1));
}

LACUNA_TEST("mm.pcid", "a request that comes late does not pass for what was cleared after it") {
    Pcids machine;
    machine.memory.spaces.load(*machine.space);
    REQUIRE(machine.memory.can_touch(machine.address(1)));
    REQUIRE(machine.memory.can_touch(machine.address(2)));
    std::array<FlushTicket, 2> tickets;
    for (const unsigned page : {1u, 2u}) {
        TlbBatch batch = machine.red.window.batch();
        machine.red.window.unmap(TestMemory::page(0, page), batch);
        tickets[page - 1] = batch.defer();
    }
    const std::array pages{machine.address(1)};
    machine.memory.boot.tlb.flush_here(
        {.scope = TlbScope::Window, .extent = FlushExtent::Pages, .pages = pages, .ticket = tickets[0]});
    CHECK(tickets[0].passed());
    CHECK_FALSE(tickets[1].passed());
    machine.load_kernel();
    machine.memory.spaces.load(*machine.space);
    CHECK(tickets[1].passed());
    CHECK_FALSE(machine.memory.can_touch(machine.address(2)));
    machine.load_kernel();
    machine.red.window.map_reserved({TestMemory::page(0, 1).begin, TestMemory::page(0, 2).end});
}

LACUNA_TEST("mm.pcid", "a PCID that changes hands brings nothing along") {
    Pcids machine;
    machine.memory.spaces.load(*machine.space);
    REQUIRE(machine.memory.can_touch(machine.address(1)));
    std::vector<std::unique_ptr<TestDomain>> others;
    std::vector<AddressSpaceRef> spaces;
    unsigned reached = 0;
    for (unsigned i = 0; i < 2 * PcidSlots::count; ++i) {
        others.push_back(std::make_unique<TestDomain>(machine.memory, DomainId{static_cast<std::uint16_t>(2 + i)}));
        spaces.push_back(others.back()->space());
        machine.memory.spaces.load(*spaces.back());
        reached += machine.memory.can_touch(machine.address(1)) ? 1 : 0;
    }
    CHECK(reached == 0);
    machine.load_kernel();
}

LACUNA_TEST("mm.pcid", "an address space that ends leaves nothing for the one that gets its memory") {
    Pcids machine;
    for (int life = 0; life < 3; ++life) {
        TestDomain blue(machine.memory, DomainId{2});
        machine.memory.make_exclusive(TestMemory::page(1, 0), blue.window);
        auto space = blue.space();
        const VirtAddr at = blue.window.address(TestMemory::page(1, 0).begin);
        machine.memory.spaces.load(*space);
        CHECK(machine.memory.can_touch(at));
        machine.load_kernel();
        machine.memory.make_shared(TestMemory::page(1, 0), blue.window);
        space = {};
        TestDomain heir(machine.memory, DomainId{3});
        auto heirs = heir.space();
        machine.memory.spaces.load(*heirs);
        CHECK_FALSE(machine.memory.can_touch(at));
        machine.load_kernel();
    }
}

LACUNA_TEST("mm.pcid", "a page is gone that leaves the direct map while a table that had it waits for its flush") {
    Pcids machine;
    TestMemory& memory = machine.memory;
    const PhysRange hole = TestMemory::page(2, 0);
    const PhysRange page = TestMemory::page(2, 5);
    REQUIRE(memory.direct_map().remove(hole).has_value());
    memory.spaces.load(*machine.space);
    CHECK(memory.can_touch(DirectMap::virt(TestMemory::page(2, 1).begin))); // this PCID knows the small pages' table
    machine.load_kernel();
    TlbBatch batch = memory.direct_map().batch();
    memory.direct_map().restore(hole, batch); // heals, and has still to flush
    REQUIRE(memory.direct_map().remove(page).has_value());
    memory.spaces.load(*machine.space);
    CHECK_FALSE(memory.can_touch(DirectMap::virt(page.begin)));
    machine.load_kernel();
    batch.flush();
    memory.direct_map().restore(page);
}

LACUNA_TEST("mm.pcid", "a table of the direct map goes back only when no PCID leads to it") {
    Pcids machine;
    TestMemory& memory = machine.memory;
    const PhysRange page = TestMemory::page(2, 0);
    const VirtAddr neighbour = DirectMap::virt(TestMemory::page(2, 1).begin);
    REQUIRE(memory.direct_map().remove(page).has_value());
    memory.spaces.load(*machine.space);
    CHECK(memory.can_touch(neighbour)); // this PCID knows the small pages' table
    machine.load_kernel();
    memory.direct_map().restore(page); // healed: the table is free
    REQUIRE(memory.direct_map().remove(TestMemory::block(2)).has_value());
    memory.spaces.load(*machine.space);
    CHECK_FALSE(memory.can_touch(neighbour));
    machine.load_kernel();
    memory.direct_map().restore(TestMemory::block(2));
}
