// SPDX-License-Identifier: MIT
#include "mm/tables/temporary_map.hpp"

#include "kernel/test/test.hpp"
#include "mm/testing/test_memory.hpp"

using namespace mm;
using mm::testing::TestMemory;

LACUNA_TEST("mm.temporary_map", "shows a frame that the direct map lacks, and leaves no trace") {
    TestMemory memory;
    const PhysRange page = TestMemory::page(0, 3);
    *memory.machine.at(page.begin) = std::byte{7};
    REQUIRE(memory.direct_map().remove(page).has_value());
    {
        const TemporaryMapping mapping(memory.boot.temporary_map, Pfn::of(page.begin));
        CHECK_FALSE(arch::interrupts_enabled());
        CHECK(*mapping.as<std::byte>() == std::byte{7});
        mapping.zero();
    }
    CHECK(arch::interrupts_enabled());
    CHECK(*memory.machine.at(page.begin) == std::byte{0});
    CHECK_FALSE(memory.can_touch(VirtAddr{arch::temporary_base}));
    memory.direct_map().restore(page);
    CHECK(memory.audit().clean());
}

LACUNA_TEST("mm.temporary_map", "mappings nest") {
    TestMemory memory;
    const Pfn first = Pfn::of(TestMemory::page(0, 1).begin);
    const Pfn second = Pfn::of(TestMemory::page(0, 2).begin);
    const TemporaryMapping outer(memory.boot.temporary_map, first);
    {
        const TemporaryMapping inner(memory.boot.temporary_map, second);
        CHECK(inner.as<std::byte>() == memory.machine.at(second.address()));
    }
    CHECK(outer.as<std::byte>() == memory.machine.at(first.address()));
}
