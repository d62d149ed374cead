// SPDX-License-Identifier: MIT
#include "mm/tlb.hpp"

#include <arch/cpu.hpp>
#include <arch/pgd.hpp>

#include "kernel/test/test.hpp"
#include "mm/testing/test_domain.hpp"
#include "mm/testing/test_remote_tlb.hpp"

using namespace mm;
using mm::testing::TestDomain;
using mm::testing::TestMemory;
using mm::testing::TestRemoteTlb;

namespace {

/// A machine with two CPUs, of which the test is CPU 0; the second runs on the kernel's tables.
struct TwoCpus {
    TwoCpus() : remote(memory.machine.tlb()) {
        memory.boot.tlb.set_remote(remote);
        memory.boot.tlb.set_online(1);
        on_second([&] {
            const auto pgd = memory.spaces.add_cpu(1);
            kernel::ensure(pgd.has_value(), "no memory for a CPU");
            arch::load_pgd(pgd->raw());
        });
    }
    template <class Function>
    void on_second(Function&& fn) {
        arch::host::set_cpu(1);
        fn();
        arch::host::set_cpu(0);
    }

    TestMemory memory;
    TestRemoteTlb remote;
};

} // namespace

LACUNA_TEST("mm.tlb", "a hole in the direct map reaches every CPU") {
    TwoCpus machine;
    TestMemory& memory = machine.memory;
    const PhysRange page = TestMemory::page(0, 1);
    REQUIRE(memory.can_touch(DirectMap::virt(page.begin), 1));
    REQUIRE(memory.direct_map().remove(page).has_value());
    CHECK_FALSE(memory.can_touch(DirectMap::virt(page.begin), 0));
    CHECK_FALSE(memory.can_touch(DirectMap::virt(page.begin), 1));
    CHECK(machine.remote.requests == 1);
    memory.direct_map().restore(page); // heals: every CPU forgets the small pages
    CHECK(machine.remote.requests == 2);
}

LACUNA_TEST("mm.tlb", "an unmapped page goes to the CPUs that have the window, and to no other") {
    TwoCpus machine;
    TestMemory& memory = machine.memory;
    TestDomain red(memory, DomainId{1});
    memory.make_exclusive(TestMemory::block(0), red.window);
    auto space = red.space();
    memory.spaces.load(*space);
    const auto unmap = [&](unsigned page) { red.window.unmap(TestMemory::page(0, page)); };
    const unsigned before = machine.remote.requests;

    unmap(1);
    CHECK(machine.remote.requests == before);
    machine.on_second([&] { memory.spaces.load(*space); });
    const VirtAddr at = red.window.address(TestMemory::page(0, 2).begin);
    REQUIRE(memory.can_touch(at, 1));
    unmap(2);
    CHECK_FALSE(memory.can_touch(at, 1));
    CHECK(machine.remote.requests == before + 1);
    CHECK(machine.remote.reached.contains(1));

    machine.on_second([&] { memory.spaces.load(memory.spaces.kernel_space()); });
    unmap(3);
    CHECK(machine.remote.requests == before + 1);
    memory.spaces.load(memory.spaces.kernel_space());
    red.window.map_reserved({TestMemory::page(0, 1).begin, TestMemory::page(0, 3).end});
    memory.make_shared(TestMemory::block(0), red.window);
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
