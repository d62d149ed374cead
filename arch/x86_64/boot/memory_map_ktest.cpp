// SPDX-License-Identifier: MIT
#include "arch/x86_64/boot/memory_map.hpp"
#include "kernel/test/test.hpp"

namespace {

using arch::MemoryKind;

constexpr mm::PhysRange range(std::uint64_t begin, std::uint64_t end) {
    return {mm::PhysAddr{begin}, mm::PhysAddr{end}};
}

} // namespace

LACUNA_TEST("arch.boot", "a memory map comes out sorted, in whole pages, the cautious entry winning") {
    static constinit arch::boot::MemoryMap map;
    map = {};
    map.add(range(0x10'0000, 0x20'0800), MemoryKind::Usable);
    map.add(range(0x0, 0x9'fc00), MemoryKind::Usable);
    map.add(range(0x18'0000, 0x18'0001), MemoryKind::Reserved);
    map.add(range(0x20'0000, 0x20'0000), MemoryKind::Reserved);
    const auto result = map.finish();
    REQUIRE(result.size() == 4);
    CHECK(result[0].range == range(0x0, 0x9'f000));
    CHECK(result[1].range == range(0x10'0000, 0x18'0000));
    CHECK(result[2].range == range(0x18'0000, 0x18'1000));
    CHECK(result[2].kind == MemoryKind::Reserved);
    CHECK(result[3].range == range(0x18'1000, 0x20'0000));
}

LACUNA_TEST("arch.boot", "neighbours of one kind are one range, and too many are dropped") {
    static constinit arch::boot::MemoryMap map;
    map = {};
    for (std::uint64_t i = 0; i < arch::boot::MemoryMap::capacity + 10; ++i)
        map.add(range(i << 20, (i + 1) << 20), MemoryKind::Usable);
    const auto result = map.finish();
    REQUIRE(result.size() == 1);
    CHECK(result[0].range == range(0, arch::boot::MemoryMap::capacity << 20));
}
