// SPDX-License-Identifier: MIT
#include "mm/domain/window.hpp"

#include <random>
#include <vector>

#include "kernel/test/test.hpp"
#include "mm/testing/test_memory.hpp"

using namespace mm;
using mm::testing::TestMemory;

namespace {

/// An opened window over a test memory.
struct TestWindow : Window {
    TestWindow(TestMemory& memory, DomainId owner) : Window(owner, DomainKind::Net, memory.placements) {
        const bool opened = open().has_value();
        kernel::ensure(opened, "no table for the window");
    }
};

constexpr DomainId red{1};

} // namespace

LACUNA_TEST("mm.window", "a frame is at base plus physical address") {
    TestMemory memory;
    TestWindow window(memory, red);
    const PhysRange page = TestMemory::page(0, 5);
    const VirtAddr at = window.address(page.begin);
    CHECK(at.raw() == arch::window_base(window_slot(DomainKind::Net)) + page.begin.raw());
    CHECK(window.contains(at));
    CHECK(window.phys(at) == page.begin);
    CHECK_FALSE(window.is_mapped(Pfn::of(page.begin)));
    REQUIRE(window.map(page).has_value());
    CHECK(window.is_mapped(Pfn::of(page.begin)));
    CHECK_FALSE(window.is_mapped(Pfn::of(page.end)));
    window.unmap(page);
    CHECK_FALSE(window.is_mapped(Pfn::of(page.begin)));
}

LACUNA_TEST("mm.window", "what is reserved can be mapped with no table left") {
    TestMemory memory;
    TestWindow window(memory, red);
    const PhysRange range{TestMemory::page(0, 500).begin, TestMemory::page(2, 3).end};
    REQUIRE(window.reserve(range).has_value());
    CHECK(window.tables() == PageCount{5}); // root, one for the gigabyte, three for the 2 MiB blocks
    memory.tables.run_dry_after(0);
    window.map_reserved(range);
    CHECK(window.is_mapped(Pfn::of(TestMemory::page(1, 77).begin)));
    window.unmap(range);
    REQUIRE_FALSE(window.map(TestMemory::page(4, 0)).has_value());
    CHECK_FALSE(window.is_mapped(Pfn::of(TestMemory::page(4, 0).begin)));
}

LACUNA_TEST("mm.window", "tables belong to the domain and go back when it ends") {
    TestMemory memory;
    {
        TestWindow window(memory, red);
        REQUIRE(window.map(TestMemory::block(0)).has_value());
        CHECK(memory.tables.outstanding() == 3);
        CHECK(memory.frames()[*window.root()].owner == red);
        window.unmap(TestMemory::block(0));
    }
    CHECK(memory.tables.outstanding() == 0);
}

LACUNA_TEST("mm.window", "with isolation none it is the direct map, and costs nothing") {
    TestMemory memory({.scheme = Scheme::InPlace});
    TestWindow window(memory, red);
    const PhysRange page = TestMemory::page(0, 5);
    REQUIRE(window.map(page).has_value());
    CHECK(window.address(page.begin) == DirectMap::virt(page.begin));
    CHECK(window.tables() == PageCount{});
    CHECK_FALSE(window.top_entry().has_value());
    window.unmap(page);
    CHECK(memory.can_touch(window.address(page.begin)));
}

LACUNA_TEST("mm.window", "random mapping agrees with a simple model") {
    const std::uint64_t seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    TestMemory memory;
    TestWindow window(memory, red);
    constexpr unsigned blocks = 20; // more than the window remembers tables of
    std::vector<bool> mapped(blocks * 512);
    const PhysAddr first = TestMemory::block(0).begin;
    for (int step = 0; step < 5000; ++step) {
        const auto page = static_cast<unsigned>(random() % mapped.size());
        unsigned count = 1;
        while (count < random() % 40 && page + count < mapped.size() && mapped[page + count] == mapped[page]) {
            ++count;
        }
        const PhysRange range{first + page * page_size, first + (page + count) * page_size};
        if (mapped[page]) {
            window.unmap(range);
        } else {
            REQUIRE(window.map(range).has_value());
        }
        std::fill_n(mapped.begin() + page, count, !mapped[page]);
    }
    for (unsigned page = 0; page < mapped.size(); ++page) {
        const PhysRange range{first + page * page_size, first + (page + 1) * page_size};
        REQUIRE(window.is_mapped(Pfn::of(range.begin)) == mapped[page]);
        if (mapped[page]) window.unmap(range);
    }
}
