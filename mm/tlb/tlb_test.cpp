// SPDX-License-Identifier: MIT
#include "mm/tlb/tlb.hpp"

#include <arch/cpu.hpp>

#include "kernel/test/test.hpp"
#include "mm/testing/many_cpus.hpp"
#include "mm/testing/test_domain.hpp"

using namespace mm;
using mm::testing::AsCpu;
using mm::testing::ManyCpus;
using mm::testing::TestDomain;
using mm::testing::TestMemory;

namespace {

/// A machine with two CPUs, of which the test is CPU 0.
struct TwoCpus {
    explicit TwoCpus(Pcid pcid = Pcid::Off) : cpus(memory, 2, pcid) {}
    void load(unsigned cpu, AddressSpace& space) {
        const AsCpu there(cpu);
        memory.spaces.load(space);
    }
    void load_kernel(unsigned cpu) { load(cpu, memory.spaces.kernel_space()); }

    TestMemory memory;
    ManyCpus<TestMemory> cpus;
};

} // namespace

LACUNA_TEST("mm.tlb", "a hole in the direct map reaches every CPU") {
    for (const Pcid pcid : {Pcid::Off, Pcid::On}) {
        TwoCpus machine(pcid);
        TestMemory& memory = machine.memory;
        const PhysRange page = TestMemory::page(0, 1);
        REQUIRE(memory.can_touch(DirectMap::virt(page.begin), 1));
        REQUIRE(memory.direct_map().remove(page).has_value());
        CHECK_FALSE(memory.can_touch(DirectMap::virt(page.begin), 0));
        CHECK_FALSE(memory.can_touch(DirectMap::virt(page.begin), 1));
        CHECK(machine.cpus.remote.requests == 1);
        memory.direct_map().restore(page); // heals: every CPU forgets the small pages
        CHECK(machine.cpus.remote.requests == 2);
    }
}

LACUNA_TEST("mm.tlb", "an unmapped page goes to the CPUs that have the window, and to no other") {
    TwoCpus machine;
    TestMemory& memory = machine.memory;
    const auto& remote = machine.cpus.remote;
    TestDomain red(memory, DomainId{1});
    memory.make_exclusive(TestMemory::block(0), red.window);
    auto space = red.space();
    memory.spaces.load(*space);
    const auto unmap = [&](unsigned page) { red.window.unmap(TestMemory::page(0, page)); };
    const unsigned before = remote.requests;

    unmap(1);
    CHECK(remote.requests == before);
    machine.load(1, *space);
    const VirtAddr at = red.window.address(TestMemory::page(0, 2).begin);
    REQUIRE(memory.can_touch(at, 1));
    unmap(2);
    CHECK_FALSE(memory.can_touch(at, 1));
    CHECK(remote.requests == before + 1);
    CHECK(remote.reached.contains(1));

    machine.load_kernel(1);
    unmap(3);
    CHECK(remote.requests == before + 1);
    machine.load_kernel(0);
    red.window.map_reserved({TestMemory::page(0, 1).begin, TestMemory::page(0, 3).end});
    memory.make_shared(TestMemory::block(0), red.window);
}

LACUNA_TEST("mm.tlb", "a CPU that missed a change forgets more than the pages of the next one") {
    TwoCpus machine;
    TestMemory& memory = machine.memory;
    TestDomain red(memory, DomainId{1});
    memory.make_exclusive(TestMemory::block(0), red.window);
    auto space = red.space();
    machine.load(1, *space);
    const VirtAddr missed = red.window.address(TestMemory::page(0, 1).begin);
    REQUIRE(memory.can_touch(missed, 1));
    FlushTicket ticket;
    {
        TlbBatch batch = red.window.batch();
        red.window.unmap(TestMemory::page(0, 1), batch);
        ticket = batch.defer();
    }
    CHECK_FALSE(ticket.passed());
    CHECK(memory.can_touch(missed, 1)); // the stale window
    red.window.unmap(TestMemory::page(0, 2));
    CHECK(ticket.passed());
    CHECK_FALSE(memory.can_touch(missed, 1));
    machine.load_kernel(1);
    red.window.map_reserved({TestMemory::page(0, 1).begin, TestMemory::page(0, 2).end});
    memory.make_shared(TestMemory::block(0), red.window);
}

LACUNA_TEST("mm.tlb", "a tick makes a CPU forget what it missed, and a load does") {
    TwoCpus machine;
    TestMemory& memory = machine.memory;
    TestDomain red(memory, DomainId{1});
    memory.make_exclusive(TestMemory::block(0), red.window);
    auto space = red.space();
    machine.load(1, *space);
    for (const unsigned page : {1u, 2u}) {
        const VirtAddr at = red.window.address(TestMemory::page(0, page).begin);
        REQUIRE(memory.can_touch(at, 1));
        TlbBatch batch = red.window.batch();
        red.window.unmap(TestMemory::page(0, page), batch);
        const FlushTicket ticket = batch.defer();
        CHECK_FALSE(ticket.passed());
        if (page == 1) {
            const AsCpu there(1);
            memory.boot.tlb.catch_up();
        } else {
            machine.load_kernel(1);
        }
        CHECK(ticket.passed());
        CHECK_FALSE(memory.can_touch(at, 1));
    }
    CHECK(machine.cpus.remote.requests == 1); // the hole in the direct map
    red.window.map_reserved({TestMemory::page(0, 1).begin, TestMemory::page(0, 2).end});
    memory.make_shared(TestMemory::block(0), red.window);
}

LACUNA_TEST("mm.tlb", "what a window maps is gone with the load of another address space") {
    TestMemory memory;
    TestDomain red(memory, DomainId{1});
    TestDomain blue(memory, DomainId{2});
    memory.make_exclusive(TestMemory::page(0, 0), red.window);
    auto red_space = red.space();
    auto blue_space = blue.space();
    const VirtAddr at = red.window.address(TestMemory::page(0, 0).begin);
    memory.spaces.load(*red_space);
    CHECK(memory.can_touch(at));
    memory.spaces.load(*blue_space);
    CHECK_FALSE(memory.can_touch(at));
    memory.spaces.load(memory.spaces.kernel_space());
    memory.make_shared(TestMemory::page(0, 0), red.window);
}

LACUNA_TEST("mm.tlb", "a batch flushes once, and tables go back after that") {
    TestMemory memory;
    for (const unsigned page : {1u, 2u}) {
        REQUIRE(memory.direct_map().remove(TestMemory::page(page, 0)).has_value());
    }
    REQUIRE(memory.tables.outstanding() == 2);
    TlbBatch batch = memory.direct_map().batch();
    memory.direct_map().restore(TestMemory::page(1, 0), batch);
    memory.direct_map().restore(TestMemory::page(2, 0), batch);
    CHECK(memory.tables.outstanding() == 2);
    batch.flush();
    CHECK(memory.tables.outstanding() == 0);
}

LACUNA_TEST("mm.tlb", "more pages at once than a batch has room for are gone as well") {
    TwoCpus machine;
    TestMemory& memory = machine.memory;
    TestDomain red(memory, DomainId{1});
    memory.make_exclusive(TestMemory::block(0), red.window);
    auto space = red.space();
    constexpr unsigned pages = TlbBatch::capacity + 4;
    for (const unsigned cpu : {0u, 1u}) machine.load(cpu, *space);
    for (const unsigned first : {0u, pages, 2 * pages}) {
        const unsigned runs = first == 0 ? 1 : 2; // as one run, and as two of which the second has no room
        const unsigned half = pages / runs;
        for (const unsigned cpu : {0u, 1u}) {
            for (unsigned page = first; page < first + pages; ++page)
                REQUIRE(memory.can_touch(red.window.address(TestMemory::page(0, page).begin), cpu));
        }
        {
            TlbBatch batch = red.window.batch();
            for (unsigned run = 0; run < runs; ++run) {
                const unsigned begin = first + run * half;
                red.window.unmap({TestMemory::page(0, begin).begin, TestMemory::page(0, begin + half - 1).end}, batch);
            }
        }
        unsigned reached = 0;
        for (const unsigned cpu : {0u, 1u}) {
            for (unsigned page = first; page < first + pages; ++page)
                reached += memory.can_touch(red.window.address(TestMemory::page(0, page).begin), cpu) ? 1 : 0;
        }
        CHECK(reached == 0);
    }
    for (const unsigned cpu : {0u, 1u}) machine.load_kernel(cpu);
    red.window.map_reserved({TestMemory::page(0, 0).begin, TestMemory::page(0, 3 * pages - 1).end});
    memory.make_shared(TestMemory::block(0), red.window);
}

LACUNA_TEST("mm.tlb", "a retired table is still out while the other CPUs are told") {
    /// Sees which tables are out when a flush comes.
    class Watch final : public RemoteTlb {
    public:
        explicit Watch(TestMemory& memory) : memory_(memory) {}
        void flush(CpuMask, const FlushRequest&) override { out = memory_.tables.outstanding(); }
        std::size_t out = 0;

    private:
        TestMemory& memory_;
    };
    TwoCpus machine;
    TestMemory& memory = machine.memory;
    const std::size_t before = memory.tables.outstanding();
    REQUIRE(memory.direct_map().remove(TestMemory::page(1, 0)).has_value());
    REQUIRE(memory.tables.outstanding() == before + 1);
    Watch watch(memory);
    memory.boot.tlb.set_remote(watch);
    memory.direct_map().restore(TestMemory::page(1, 0));
    CHECK(watch.out == before + 1);
    CHECK(memory.tables.outstanding() == before);
    memory.boot.tlb.set_remote(machine.cpus.remote);
}
