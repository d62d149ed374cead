// SPDX-License-Identifier: MIT
#include "mm/tables/address_space_cache.hpp"

#include <arch/pgd.hpp>
#include <array>

#include "kernel/base/events.hpp"
#include "kernel/test/mutant_scope.hpp"
#include "kernel/test/test.hpp"
#include "mm/testing/test_domain.hpp"

using namespace mm;
using kernel::Event;
using kernel::test::MutantScope;
using mm::testing::TestDomain;
using mm::testing::TestMemory;

LACUNA_TEST("mm.address_space", "a domain's frame is there for its address space only") {
    TestMemory memory;
    TestDomain red(memory, DomainId{1});
    TestDomain blue(memory, DomainId{2});
    const PhysRange page = TestMemory::page(0, 9);
    memory.make_exclusive(page, red.window);
    const VirtAddr in_window = red.window.address(page.begin);

    auto red_space = red.space();
    auto blue_space = blue.space();
    memory.spaces.load(*red_space);
    CHECK(memory.can_touch(in_window));
    CHECK_FALSE(memory.can_touch(DirectMap::virt(page.begin)));
    memory.spaces.load(*blue_space);
    CHECK_FALSE(memory.can_touch(in_window));
    CHECK_FALSE(memory.can_touch(DirectMap::virt(page.begin)));
    memory.spaces.load(memory.spaces.kernel_space());
    CHECK_FALSE(memory.can_touch(in_window));
    memory.make_shared(page, red.window);
    CHECK(memory.can_touch(DirectMap::virt(page.begin)));
}

LACUNA_TEST("mm.address_space", "a frame moves between domains and keeps its address") {
    TestMemory memory;
    TestDomain red(memory, DomainId{1});
    TestDomain blue(memory, DomainId{2});
    const PhysRange page = TestMemory::page(0, 9);
    memory.make_exclusive(page, red.window);
    auto red_space = red.space();
    auto blue_space = blue.space();
    memory.spaces.load(*red_space);
    REQUIRE(memory.can_touch(red.window.address(page.begin)));

    red.window.unmap(page);
    CHECK_FALSE(memory.can_touch(red.window.address(page.begin)));
    REQUIRE(blue.window.map(page).has_value());
    CHECK_FALSE(memory.can_touch(red.window.address(page.begin)));
    memory.spaces.load(*blue_space);
    CHECK(memory.can_touch(red.window.address(page.begin)));

    memory.spaces.load(memory.spaces.kernel_space());
    blue.window.unmap(page);
    memory.direct_map().restore(page);
}

LACUNA_TEST("mm.address_space", "a skipped flush leaves the sender its mapping") {
    TestMemory memory;
    TestDomain red(memory, DomainId{1});
    const PhysRange page = TestMemory::page(0, 9);
    memory.make_exclusive(page, red.window);
    auto space = red.space();
    memory.spaces.load(*space);
    REQUIRE(memory.can_touch(red.window.address(page.begin)));
    {
        const MutantScope broken(kernel::Mutant::SkipInvlpg);
        red.window.unmap(page);
    }
    CHECK(memory.can_touch(red.window.address(page.begin)));
    memory.spaces.load(memory.spaces.kernel_space());
    CHECK_FALSE(memory.can_touch(red.window.address(page.begin)));
}

LACUNA_TEST("mm.address_space", "one for each combination of domains, gone with the last reference") {
    TestMemory memory;
    const std::size_t before = memory.tables.outstanding();
    {
        TestDomain net(memory, DomainId{1});
        TestDomain secret(memory, DomainId{2}, DomainKind::Secret);
        auto alone = net.space();
        auto again = net.space();
        CHECK(alone.get() == again.get());
        const std::array both{net.member(), secret.member()};
        auto together = memory.spaces.get(both);
        REQUIRE(together.has_value());
        CHECK(together->get() != alone.get());
        CHECK((*together)->contains(DomainId{1}));
        CHECK((*together)->contains(DomainId{2}));
        CHECK_FALSE(alone->contains(DomainId{2}));
        auto nobody = memory.spaces.get({});
        REQUIRE(nobody.has_value());
        CHECK(nobody->get() == &memory.spaces.kernel_space());
    }
    CHECK(memory.tables.outstanding() == before);
}

LACUNA_TEST("mm.address_space", "without memory for a table there is an error and no trace") {
    TestMemory memory;
    TestDomain red(memory, DomainId{1});
    const std::size_t before = memory.tables.outstanding();
    memory.tables.run_dry_after(0);
    const std::array members{red.member()};
    CHECK(memory.spaces.get(members).error() == kernel::Error::OutOfMemory);
    memory.tables.refill();
    CHECK(memory.tables.outstanding() == before);
}

LACUNA_TEST("mm.address_space", "each namespace finds its own image at the same address") {
    for (const Scheme scheme : {Scheme::Window, Scheme::Clone, Scheme::Keyed, Scheme::InPlace}) {
        TestMemory memory({.scheme = scheme});
        TestDomain red(memory, DomainId{1});
        TestDomain blue(memory, DomainId{2});
        const auto red_frames = red.map_image(TestMemory::block(0), 3);
        const auto blue_frames = blue.map_image(TestMemory::block(1), 3);
        auto red_space = red.space();
        auto blue_space = blue.space();
        const VirtAddr second_page{arch::namespace_image_base + page_size};

        CHECK_FALSE(memory.can_touch(second_page));
        memory.spaces.load(*red_space);
        auto reached = memory.machine.touch(0, second_page);
        REQUIRE(reached.has_value());
        CHECK(reached->physical == red_frames[1].address().raw());
        memory.spaces.load(*blue_space);
        reached = memory.machine.touch(0, second_page);
        REQUIRE(reached.has_value());
        CHECK(reached->physical == blue_frames[1].address().raw());
        CHECK(memory.can_touch(VirtAddr{arch::kernel_image_base + (1 << 20)}));

        const std::array domains{red.member(), blue.member()};
        for (const auto& violation : memory.audit(domains).recorded()) FAIL(describe(violation));
        memory.spaces.load(memory.spaces.kernel_space());
        CHECK_FALSE(memory.can_touch(second_page));
        red.unmap_image(red_frames);
        blue.unmap_image(blue_frames);
    }
}

LACUNA_TEST("mm.address_space", "a switch says what to load, and the windows know who has them") {
    TestMemory memory;
    TestDomain red(memory, DomainId{1});
    auto space = red.space();
    AddressSpace& outside = memory.spaces.kernel_space();
    CHECK(memory.spaces.prepare_switch(outside, outside).pgd == 0);
    const SpaceLoad load = memory.spaces.prepare_switch(outside, *space);
    CHECK(load.pgd == space->pgd().address().raw());
    CHECK(load.key_rights == 0);
    CHECK(red.window.is_loaded_here());
    CHECK(&memory.spaces.loaded() == space.get());
    memory.spaces.finish_switch();
    CHECK(memory.spaces.prepare_switch(*space, outside).pgd != 0);
    CHECK(red.window.is_loaded_here()); // its translations are there until CR3 is written
    memory.spaces.finish_switch();
    CHECK_FALSE(red.window.is_loaded_here());
    {
        const AddressSpaceScope scope(memory.spaces, *space);
        CHECK(arch::current_pgd() == space->pgd().address().raw());
    }
    CHECK(arch::current_pgd() == memory.boot.kernel_map.pgd().address().raw());
}
