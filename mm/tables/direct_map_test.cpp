// SPDX-License-Identifier: MIT
#include "mm/tables/direct_map.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include "kernel/base/events.hpp"
#include "kernel/test/mutant_scope.hpp"
#include "kernel/test/test.hpp"
#include "mm/testing/test_memory.hpp"

using namespace mm;
using kernel::Event;
using kernel::test::MutantScope;
using mm::testing::TestMemory;

namespace {

constexpr PageCount gib{(std::uint64_t{1} << 30) / page_size};

bool present(TestMemory& memory, PhysRange page) { return memory.direct_map().is_present(page.begin); }

bool touchable(TestMemory& memory, PhysRange page) { return memory.can_touch(DirectMap::virt(page.begin)); }

} // namespace

LACUNA_TEST("mm.direct_map", "pointers and physical addresses convert both ways") {
    TestMemory memory;
    const PhysRange page = TestMemory::page(0, 3);
    auto* word = DirectMap::ptr_present<std::uint64_t>(page.begin);
    *word = 42;
    CHECK(DirectMap::to_phys(word) == page.begin);
    CHECK(*reinterpret_cast<std::uint64_t*>(memory.machine.at(page.begin)) == 42);
    CHECK(memory.direct_map().ptr<int>(page.begin).has_value());
    CHECK_FALSE(memory.direct_map().ptr<int>(PhysAddr{std::uint64_t{4} << 30}).has_value());
}

LACUNA_TEST("mm.direct_map", "a hole splits its large page, and closing it heals") {
    TestMemory memory;
    const auto before = kernel::snapshot_events();
    const PhysRange page = TestMemory::page(1, 7);
    REQUIRE(memory.direct_map().remove(page).has_value());
    CHECK_FALSE(present(memory, page));
    CHECK(memory.direct_map().ptr<int>(page.begin).error() == kernel::Error::NotMapped);
    CHECK(present(memory, TestMemory::page(1, 6)));
    CHECK(present(memory, TestMemory::page(1, 8)));
    CHECK(memory.tables.outstanding() == 1);

    memory.direct_map().restore(page);
    CHECK(present(memory, page));
    CHECK(memory.tables.outstanding() == 0);
    const auto events = kernel::snapshot_events().since(before);
    CHECK(events[Event::Splits] == 1);
    CHECK(events[Event::Heals] == 1);
    CHECK(events[Event::Invlpg] == 1);
    CHECK(events[Event::FullFlushes] == 1);
}

LACUNA_TEST("mm.direct_map", "a large page heals only when its last hole closes") {
    TestMemory memory;
    std::vector<PhysRange> holes;
    for (unsigned i = 0; i < 512; i += 73) holes.push_back(TestMemory::page(0, i));
    for (const PhysRange& hole : holes) REQUIRE(memory.direct_map().remove(hole).has_value());
    for (const PhysRange& hole : holes) {
        CHECK(memory.tables.outstanding() == 1);
        memory.direct_map().restore(hole);
    }
    CHECK(memory.tables.outstanding() == 0);
}

LACUNA_TEST("mm.direct_map", "a whole large page leaves and returns without a table") {
    TestMemory memory;
    memory.tables.run_dry_after(0);
    REQUIRE(memory.direct_map().remove(TestMemory::block(2)).has_value());
    CHECK_FALSE(present(memory, TestMemory::page(2, 0)));
    CHECK_FALSE(present(memory, TestMemory::page(2, 511)));
    CHECK(present(memory, TestMemory::page(3, 0)));
    memory.direct_map().restore(TestMemory::block(2));
    CHECK(present(memory, TestMemory::page(2, 511)));
}

LACUNA_TEST("mm.direct_map", "without a table for the split nothing changes") {
    TestMemory memory;
    memory.tables.run_dry_after(1);
    // Partly in two large pages: two splits, and there is one table.
    const PhysRange range{TestMemory::page(0, 500).begin, TestMemory::page(1, 10).end};
    const auto removed = memory.direct_map().remove(range);
    REQUIRE_FALSE(removed.has_value());
    CHECK(removed.error() == kernel::Error::OutOfMemory);
    CHECK(present(memory, TestMemory::page(0, 500)));
    CHECK(present(memory, TestMemory::page(1, 0)));
    CHECK(memory.tables.outstanding() == 0);
    CHECK(memory.audit().clean());

    memory.tables.refill();
    REQUIRE(memory.direct_map().remove(range).has_value());
    memory.direct_map().restore(range);
    CHECK(memory.tables.outstanding() == 0);
}

LACUNA_TEST("mm.direct_map", "1 GiB leaves split twice for one page and heal twice") {
    TestMemory memory({.memory = PageCount{2 * gib.raw()}, .largest_leaf = arch::Level::Page1G});
    const PhysRange page{PhysAddr{gib.bytes() + (5 << 20)}, PhysAddr{gib.bytes() + (5 << 20) + page_size}};
    REQUIRE(memory.direct_map().remove(page).has_value());
    CHECK(memory.tables.outstanding() == 2);
    CHECK_FALSE(touchable(memory, page));
    memory.direct_map().restore(page);
    CHECK(memory.tables.outstanding() == 0);
    CHECK(touchable(memory, page));
}

LACUNA_TEST("mm.direct_map", "with 4 KiB leaves nothing splits or heals") {
    TestMemory memory({.largest_leaf = arch::Level::Page4K});
    const auto before = kernel::snapshot_events();
    REQUIRE(memory.direct_map().remove(TestMemory::block(0)).has_value());
    memory.direct_map().restore(TestMemory::page(0, 17));
    CHECK(touchable(memory, TestMemory::page(0, 17)));
    CHECK_FALSE(touchable(memory, TestMemory::page(0, 18)));
    memory.direct_map().restore({TestMemory::block(0).begin, TestMemory::page(0, 17).begin});
    memory.direct_map().restore({TestMemory::page(0, 18).begin, TestMemory::block(0).end});
    const auto events = kernel::snapshot_events().since(before);
    CHECK(events[Event::Splits] == 0);
    CHECK(events[Event::Heals] == 0);
}

LACUNA_TEST("mm.direct_map", "read-only parts of the image are read-only here too") {
    TestMemory memory;
    const auto code = memory.machine.touch(0, DirectMap::virt(PhysAddr{1 << 20}));
    REQUIRE(code.has_value());
    CHECK(code->entry.flags() == (arch::read_only | arch::PteFlags::Global));
    const auto data = memory.machine.touch(0, DirectMap::virt(PhysAddr{(1 << 20) + (1 << 19)}));
    REQUIRE(data.has_value());
    CHECK(data->entry.flags() == memory.direct_map().usual());
}

LACUNA_TEST("mm.direct_map", "a CPU that cached a page loses it, unless the flush is skipped") {
    for (const auto mutant : {kernel::Mutant::None, kernel::Mutant::SkipInvlpg}) {
        TestMemory memory;
        const PhysRange page = TestMemory::page(0, 1);
        REQUIRE(touchable(memory, page)); // cached from here on
        {
            const MutantScope broken(mutant);
            REQUIRE(memory.direct_map().remove(page).has_value());
        }
        CHECK(touchable(memory, page) == (mutant == kernel::Mutant::SkipInvlpg));
    }
}

LACUNA_TEST("mm.direct_map", "small translations do not outlive a healed page that leaves whole") {
    TestMemory memory;
    REQUIRE(memory.direct_map().remove(TestMemory::page(0, 0)).has_value());
    for (unsigned i = 1; i < 512; ++i) REQUIRE(touchable(memory, TestMemory::page(0, i)));
    memory.direct_map().restore(TestMemory::page(0, 0));
    REQUIRE(memory.direct_map().remove(TestMemory::block(0)).has_value());
    for (unsigned i = 0; i < 512; ++i) REQUIRE_FALSE(touchable(memory, TestMemory::page(0, i)));
}

LACUNA_TEST("mm.direct_map", "random holes agree with a simple model, and all heal") {
    constexpr unsigned pages_per_block = 512;
    const std::uint64_t seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    TestMemory memory;
    std::array<std::array<bool, pages_per_block>, 8> missing{};
    std::array<bool, 8> left_whole{};

    // Opens or closes a run of up to 100 pages of one state, so that no block leaves whole by accident.
    const auto toggle_run = [&](unsigned block) {
        auto& pages = missing[block];
        const auto first = static_cast<unsigned>(random() % pages_per_block);
        const bool closing = pages[first];
        unsigned end = first + 1;
        while (end < pages_per_block && end - first < 100 && pages[end] == closing) ++end;
        const PhysRange run{TestMemory::page(block, first).begin, TestMemory::page(block, end - 1).end};
        if (closing) {
            memory.direct_map().restore(run);
        } else {
            REQUIRE(memory.direct_map().remove(run).has_value());
        }
        std::fill(pages.begin() + first, pages.begin() + end, !closing);
    };
    const auto toggle_whole = [&](unsigned block) {
        if (left_whole[block]) {
            memory.direct_map().restore(TestMemory::block(block));
        } else {
            REQUIRE(memory.direct_map().remove(TestMemory::block(block)).has_value());
        }
        left_whole[block] = !left_whole[block];
        missing[block].fill(left_whole[block]);
    };
    for (int step = 0; step < 4000; ++step) {
        const auto block = static_cast<unsigned>(random() % missing.size());
        const bool untouched = std::ranges::count(missing[block], true) == 0;
        if (left_whole[block] || (untouched && random() % 2 == 0)) {
            toggle_whole(block);
        } else {
            toggle_run(block);
        }
        const auto page = static_cast<unsigned>(random() % pages_per_block);
        REQUIRE(touchable(memory, TestMemory::page(block, page)) == !missing[block][page]);
    }
    for (unsigned block = 0; block < missing.size(); ++block) {
        if (left_whole[block]) toggle_whole(block);
        for (unsigned page = 0; page < pages_per_block; ++page) {
            REQUIRE(touchable(memory, TestMemory::page(block, page)) == !missing[block][page]);
            if (missing[block][page]) memory.direct_map().restore(TestMemory::page(block, page));
        }
    }
    CHECK(memory.tables.outstanding() == 0);
    CHECK(memory.audit().clean());
}
