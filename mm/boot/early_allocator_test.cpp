// SPDX-License-Identifier: MIT
#include "mm/boot/early_allocator.hpp"

#include "kernel/test/test.hpp"

using namespace mm;

namespace {

constexpr PhysAddr everything{std::uint64_t{1} << 40};

constexpr PhysRange pages(std::uint64_t first, std::uint64_t end) {
    return {PhysAddr{first * page_size}, PhysAddr{end * page_size}};
}

} // namespace

LACUNA_TEST("mm.early_allocator", "hands out from the top and never twice") {
    EarlyAllocator early(everything);
    REQUIRE(early.add(pages(16, 32)).has_value());
    REQUIRE(early.add(pages(0, 8)).has_value());
    CHECK(*early.allocate(PageCount{4}) == PhysAddr{28 * page_size});
    CHECK(*early.allocate(PageCount{12}) == PhysAddr{16 * page_size});
    CHECK(*early.allocate(PageCount{8}) == PhysAddr{0});
    CHECK(early.allocate(PageCount{1}).error() == kernel::Error::OutOfMemory);
    CHECK(early.free_ranges().empty());
}

LACUNA_TEST("mm.early_allocator", "excluded ranges split what they hit") {
    EarlyAllocator early(everything);
    REQUIRE(early.add(pages(0, 100)).has_value());
    REQUIRE(early.add(pages(200, 300)).has_value());
    REQUIRE(early.exclude({PhysAddr{10 * page_size + 1}, PhysAddr{19 * page_size + 1}}).has_value());
    REQUIRE(early.exclude(pages(90, 210)).has_value());
    REQUIRE(early.free_ranges().size() == 3);
    CHECK(early.free_ranges()[0] == pages(0, 10));
    CHECK(early.free_ranges()[1] == pages(20, 90));
    CHECK(early.free_ranges()[2] == pages(210, 300));
}

LACUNA_TEST("mm.early_allocator", "what boot cannot reach is kept for later") {
    EarlyAllocator early(PhysAddr{50 * page_size});
    REQUIRE(early.add(pages(40, 100)).has_value());
    CHECK(*early.allocate(PageCount{1}) == PhysAddr{49 * page_size});
    CHECK_FALSE(early.allocate(PageCount{20}).has_value());
    REQUIRE(early.free_ranges().size() == 2);
    CHECK(early.free_ranges()[1] == pages(50, 100));
}
