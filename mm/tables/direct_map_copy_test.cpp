// SPDX-License-Identifier: MIT
#include "mm/tables/direct_map_copy.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <utility>

#include "kernel/base/events.hpp"
#include "kernel/test/test.hpp"
#include "mm/testing/test_domain.hpp"

using namespace mm;
using kernel::Event;
using mm::testing::TestDomain;
using mm::testing::TestMemory;

namespace {

constexpr std::uint64_t gib = std::uint64_t{1} << 30;

/// Whether what is mapped at the direct map's address of a page can be touched with `space` loaded.
bool touchable(TestMemory& memory, AddressSpace& space, PhysRange page) {
    memory.spaces.load(space);
    const auto reached = memory.machine.touch(0, DirectMap::virt(page.begin));
    if (reached) CHECK(reached->physical == page.begin.raw());
    memory.spaces.load(memory.spaces.kernel_space());
    return reached.has_value();
}

bool is_clean(TestMemory& memory, std::span<const SpaceMember> domains) {
    const AuditReport report = memory.audit(domains);
    for (const AuditViolation& violation : report.recorded()) UNSCOPED_INFO(describe(violation));
    return report.clean();
}

} // namespace

LACUNA_TEST("mm.direct_map_copy", "is the map as it was, holes included, and follows it") {
    TestMemory memory({.scheme = Scheme::Clone});
    const PhysRange before = TestMemory::page(0, 7);
    const PhysRange after = TestMemory::page(1, 9);
    REQUIRE(memory.direct_map().remove(before).has_value());
    TestDomain red(memory, DomainId{1});
    memory.boot.frames.assign(before, FrameState::FreeDetached, shared_domain);
    auto space = red.space();
    CHECK_FALSE(touchable(memory, *space, before));
    CHECK(touchable(memory, *space, after));
    REQUIRE(memory.direct_map().remove(after).has_value());
    CHECK_FALSE(touchable(memory, *space, after));
    memory.direct_map().restore(after);
    memory.direct_map().restore(before);
    memory.boot.frames.assign(before, FrameState::Free, shared_domain);
    CHECK(touchable(memory, *space, after));
    CHECK(touchable(memory, *space, before));
    CHECK(is_clean(memory, std::array{red.member()}));
}

LACUNA_TEST("mm.direct_map_copy", "has its owner's frames at their usual addresses, and no other copy has") {
    TestMemory memory({.scheme = Scheme::Clone});
    TestDomain red(memory, DomainId{1});
    TestDomain blue(memory, DomainId{2});
    auto red_space = red.space();
    auto blue_space = blue.space();
    for (const PhysRange range : {TestMemory::page(0, 3), TestMemory::block(1)}) {
        memory.make_exclusive(range, blue.window);
        CHECK(blue.window.address(range.begin) == DirectMap::virt(range.begin));
        CHECK(touchable(memory, *blue_space, range));
        CHECK_FALSE(touchable(memory, *red_space, range));
        CHECK_FALSE(touchable(memory, memory.spaces.kernel_space(), range));
        CHECK(is_clean(memory, std::array{red.member(), blue.member()}));
        memory.make_shared(range, blue.window);
        CHECK(touchable(memory, *red_space, range));
        CHECK(touchable(memory, *blue_space, range));
    }
}

LACUNA_TEST("mm.direct_map_copy", "1 GiB leaves split and heal in every copy") {
    TestMemory memory(
        {.memory = PageCount{2 * gib / page_size}, .largest_leaf = arch::Level::Page1G, .scheme = Scheme::Clone});
    TestDomain red(memory, DomainId{1});
    TestDomain blue(memory, DomainId{2});
    auto red_space = red.space();
    auto blue_space = blue.space();
    const std::size_t before = memory.tables.outstanding();
    const auto events = kernel::snapshot_events();
    const PhysRange page{PhysAddr{gib + (5 << 20)}, PhysAddr{gib + (5 << 20) + page_size}};
    const PhysRange beside{page.end, page.end + page_size};
    const PhysRange far{PhysAddr{gib + (900 << 20)}, PhysAddr{gib + (900 << 20) + page_size}};
    memory.make_exclusive(page, red.window);
    CHECK(memory.tables.outstanding() == before + 3 * 2); // two levels, in the kernel's map and in two copies
    CHECK(kernel::snapshot_events().since(events)[Event::Splits] == 6);
    CHECK(touchable(memory, *red_space, page));
    CHECK_FALSE(touchable(memory, *blue_space, page));
    for (const PhysRange other : {beside, far}) {
        CHECK(touchable(memory, *red_space, other));
        CHECK(touchable(memory, *blue_space, other));
    }
    CHECK(is_clean(memory, std::array{red.member(), blue.member()}));
    memory.make_shared(page, red.window);
    CHECK(memory.tables.outstanding() == before);
    CHECK(touchable(memory, *blue_space, page));
    CHECK(touchable(memory, *blue_space, far));
    CHECK(is_clean(memory, std::array{red.member(), blue.member()}));
}

LACUNA_TEST("mm.direct_map_copy", "without a table for every copy nothing changes") {
    TestMemory memory({.scheme = Scheme::Clone});
    TestDomain red(memory, DomainId{1});
    TestDomain blue(memory, DomainId{2});
    const std::size_t before = memory.tables.outstanding();
    memory.tables.run_dry_after(2); // a split needs three
    const PhysRange page = TestMemory::page(0, 1);
    CHECK(memory.direct_map().remove(page).error() == kernel::Error::OutOfMemory);
    CHECK(memory.direct_map().is_present(page.begin));
    CHECK(memory.tables.outstanding() == before);
    CHECK(is_clean(memory, std::array{red.member(), blue.member()}));
    memory.tables.refill();
    REQUIRE(memory.direct_map().remove(page).has_value());
    memory.tables.run_dry_after(0); // coming back needs none
    memory.direct_map().restore(page);
    CHECK(memory.tables.outstanding() == before);
}

LACUNA_TEST("mm.direct_map_copy", "a domain without memory for its copy is an error and leaves no trace") {
    TestMemory memory({.scheme = Scheme::Clone});
    const std::size_t before = memory.tables.outstanding();
    memory.tables.run_dry_after(1);
    Window window(DomainId{1}, DomainKind::Net, memory.placements);
    CHECK(window.open().error() == kernel::Error::OutOfMemory);
    memory.tables.refill();
    CHECK(memory.tables.outstanding() == before);
    CHECK(memory.direct_map().remove(TestMemory::page(0, 0)).has_value());
    CHECK(memory.tables.outstanding() == before + 1);
}

LACUNA_TEST("mm.direct_map_copy", "an owner's tables under a block that left whole go when the block comes back") {
    TestMemory memory({.scheme = Scheme::Clone});
    TestDomain red(memory, DomainId{1});
    const std::size_t before = memory.tables.outstanding();
    const PageCount own = red.window.tables();
    memory.make_exclusive(TestMemory::block(2), red.window);
    CHECK(memory.tables.outstanding() == before + 1);
    CHECK(red.window.tables() == own + PageCount{1});
    memory.make_shared(TestMemory::block(2), red.window);
    CHECK(memory.tables.outstanding() == before);
    CHECK(red.window.tables() == own);
}

LACUNA_TEST("mm.direct_map_copy", "an address space has one domain") {
    TestMemory memory({.scheme = Scheme::Clone});
    TestDomain net(memory, DomainId{1});
    TestDomain secret(memory, DomainId{2}, DomainKind::Secret);
    CHECK(memory.spaces.get(std::array{net.member(), secret.member()}).error() == kernel::Error::Unsupported);
}

LACUNA_TEST("mm.direct_map_copy", "random changes of owner leave every copy right") {
    const std::uint64_t seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    TestMemory memory({.scheme = Scheme::Clone});
    std::array<std::optional<TestDomain>, 3> domains;
    std::array<std::array<unsigned, 512>, 4> owner{}; // 0: shared, else domain number
    std::array<unsigned, 4> whole{};                  // owner of a block that left whole
    for (unsigned id = 1; id <= domains.size(); ++id) {
        domains[id - 1].emplace(memory, DomainId{static_cast<std::uint16_t>(id)});
    }
    const auto window = [&](unsigned id) -> Window& { return domains[id - 1]->window; };
    const auto members = [&] { return std::array{domains[0]->member(), domains[1]->member(), domains[2]->member()}; };
    for (int step = 0; step < 600; ++step) {
        const auto block = static_cast<unsigned>(random() % owner.size());
        const auto id = 1 + static_cast<unsigned>(random() % domains.size());
        if (whole[block] != 0) {
            memory.make_shared(TestMemory::block(block), window(std::exchange(whole[block], 0u)));
        } else if (std::ranges::count(owner[block], 0u) == 512 && random() % 4 == 0) {
            memory.make_exclusive(TestMemory::block(block), window(whole[block] = id));
        } else {
            const auto page = static_cast<unsigned>(random() % 24 * 21);
            unsigned& now = owner[block][page];
            if (now != 0) {
                memory.make_shared(TestMemory::page(block, page), window(std::exchange(now, 0u)));
            } else {
                memory.make_exclusive(TestMemory::page(block, page), window(now = id));
            }
        }
        if (step % 50 == 0) REQUIRE(is_clean(memory, members()));
    }
    for (unsigned block = 0; block < owner.size(); ++block) {
        if (whole[block] != 0) memory.make_shared(TestMemory::block(block), window(whole[block]));
        for (unsigned page = 0; page < 512; ++page) {
            if (const unsigned id = owner[block][page]) memory.make_shared(TestMemory::page(block, page), window(id));
        }
    }
    CHECK(is_clean(memory, members()));
    for (auto& domain : domains) domain.reset();
    CHECK(memory.tables.outstanding() == 0);
}
