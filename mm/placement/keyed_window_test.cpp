// SPDX-License-Identifier: MIT
#include "mm/placement/keyed_window.hpp"

#include <array>
#include <memory>
#include <vector>

#include <arch/protection_keys.hpp>

#include "kernel/test/mutant_scope.hpp"
#include "kernel/test/test.hpp"
#include "mm/testing/test_domain.hpp"

using namespace mm;
using kernel::test::MutantScope;
using mm::testing::TestDomain;
using mm::testing::TestMemory;

LACUNA_TEST("mm.keyed", "a page is mapped for all and may be touched by its domain's tasks only") {
    for (const auto mutant : {kernel::Mutant::None, kernel::Mutant::WrongKey}) {
        TestMemory memory({.scheme = Scheme::Keyed});
        const MutantScope broken(mutant);
        TestDomain red(memory, DomainId{1});
        TestDomain blue(memory, DomainId{2});
        const PhysRange page = TestMemory::page(0, 3);
        memory.make_exclusive(page, red.window);
        const VirtAddr at = red.window.address(page.begin);
        auto red_space = red.space();
        auto blue_space = blue.space();
        CHECK(memory.can_touch(at) == (mutant == kernel::Mutant::WrongKey));
        memory.spaces.load(*red_space);
        CHECK(memory.can_touch(at));
        CHECK_FALSE(memory.can_touch(DirectMap::virt(page.begin)));
        memory.spaces.load(*blue_space);
        CHECK(memory.can_touch(at) == (mutant == kernel::Mutant::WrongKey));
        CHECK_FALSE(memory.can_touch(DirectMap::virt(page.begin)));
        memory.spaces.load(memory.spaces.kernel_space());
        memory.make_shared(page, red.window);
        CHECK_FALSE(memory.can_touch(at));
    }
}

LACUNA_TEST("mm.keyed", "a CPU's rights follow what it runs, and one that keeps them is seen") {
    for (const auto mutant : {kernel::Mutant::None, kernel::Mutant::KeepKeyRights}) {
        TestMemory memory({.scheme = Scheme::Keyed});
        const MutantScope broken(mutant);
        TestDomain red(memory, DomainId{1});
        TestDomain blue(memory, DomainId{2});
        memory.make_exclusive(TestMemory::page(0, 3), red.window);
        const VirtAddr at = red.window.address(TestMemory::page(0, 3).begin);
        CHECK(arch::read_key_rights() == arch::deny_all_keys);
        {
            auto space = red.space();
            const AddressSpaceScope inside(memory.spaces, *space);
            CHECK(arch::read_key_rights() == arch::allow_key(arch::deny_all_keys, 1));
            CHECK(memory.can_touch(at));
        }
        {
            auto space = blue.space();
            const AddressSpaceScope inside(memory.spaces, *space);
            CHECK(memory.can_touch(at) == (mutant == kernel::Mutant::KeepKeyRights));
        }
        CHECK((arch::read_key_rights() == arch::deny_all_keys) == (mutant == kernel::Mutant::None));
        memory.make_shared(TestMemory::page(0, 3), red.window);
        arch::write_key_rights(arch::deny_all_keys);
    }
}

LACUNA_TEST("mm.keyed", "the sixteenth domain is refused, and a key comes back with its domain's end") {
    TestMemory memory({.scheme = Scheme::Keyed});
    std::vector<std::unique_ptr<TestDomain>> domains;
    for (std::uint16_t id = 1; id <= KeyedTree::max_domains; ++id) {
        domains.push_back(std::make_unique<TestDomain>(memory, DomainId{id}));
        CHECK(arch::key_of(domains.back()->window.leaf_flags()) == id);
    }
    {
        Window one_more(DomainId{16}, DomainKind::Net, memory.placements);
        CHECK(one_more.open().error() == kernel::Error::NoProtectionKey);
    }
    domains.erase(domains.begin() + 6);
    Window again(DomainId{16}, DomainKind::Net, memory.placements);
    REQUIRE(again.open().has_value());
    CHECK(arch::key_of(again.leaf_flags()) == 7);
    CHECK(memory.placements.keyed->owner_of(7) == DomainId{16});
}

LACUNA_TEST("mm.keyed", "what a domain unmaps is gone from every TLB, whoever gets its key") {
    TestMemory memory({.scheme = Scheme::Keyed});
    const PhysRange page = TestMemory::page(0, 3);
    VirtAddr at;
    {
        TestDomain red(memory, DomainId{1});
        at = red.window.address(page.begin);
        memory.make_exclusive(page, red.window);
        auto space = red.space();
        memory.spaces.load(*space);
        REQUIRE(memory.can_touch(at)); // cached from here on
        memory.spaces.load(memory.spaces.kernel_space());
        memory.make_shared(page, red.window);
    }
    TestDomain blue(memory, DomainId{2});
    auto space = blue.space();
    CHECK(space->key_rights() == arch::allow_key(arch::deny_all_keys, 1));
    memory.spaces.load(*space);
    CHECK_FALSE(memory.can_touch(at));
    memory.spaces.load(memory.spaces.kernel_space());
}
