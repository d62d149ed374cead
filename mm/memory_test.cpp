// SPDX-License-Identifier: MIT
#include "mm/memory.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

#include "kernel/test/test.hpp"
#include "mm/testing/system.hpp"

#include <arch/cpu.hpp>

namespace {

using kernel::Error;
using mm::Memory;
using mm::Order;
using mm::OwnedPages;
using mm::PageCount;
using mm::Zero;
using mm::testing::System;

bool is_zero(const std::byte* bytes, std::size_t count) {
    return std::ranges::all_of(std::span(bytes, count), [](std::byte byte) { return byte == std::byte{0}; });
}

LACUNA_TEST("mm.memory", "a handle gives its pages back, once, to whoever holds it last") {
    System system;
    Memory& memory = system.memory();
    arch::PreemptGuard alone; // nobody else allocates meanwhile
    const PageCount before = memory.free_frames();
    {
        auto pages = memory.alloc_pages(Order{3}, Zero::Yes);
        REQUIRE(pages.has_value());
        CHECK(memory.free_frames() == before - PageCount{8});
        CHECK(is_zero(pages->address(), Order{3}.bytes()));
        std::memset(pages->address(), 0x5a, Order{3}.bytes());
        OwnedPages second = std::move(*pages);
        CHECK_FALSE(static_cast<bool>(*pages));
        auto other = memory.alloc_pages(Order{0}, Zero::No);
        REQUIRE(other.has_value());
        second = std::move(*other); // frees the eight pages
        CHECK(memory.free_frames() == before - PageCount{1});
    }
    CHECK(memory.free_frames() == before);
}

LACUNA_TEST("mm.memory", "zeroed pages are zero whatever they held") {
    System system;
    for (int round = 0; round < 100; ++round) {
        auto pages = system.memory().alloc_pages(Order{static_cast<unsigned>(round % 3)}, Zero::Yes);
        REQUIRE(pages.has_value());
        REQUIRE(is_zero(pages->address(), pages->order().bytes()));
        std::memset(pages->address(), round + 1, pages->order().bytes());
    }
}

LACUNA_TEST("mm.memory", "runs out with an error, and recovers") {
    System system;
    Memory& memory = system.memory();
    memory.reclaim();
    const PageCount before = memory.free_frames();
    std::vector<OwnedPages> all;
    all.reserve(before.raw() / Order{4}.pages().raw() + 1);
    while (auto page = memory.alloc_pages(Order{4}, Zero::No)) all.push_back(std::move(*page));
    auto last = memory.alloc_pages(Order{4}, Zero::No);
    REQUIRE_FALSE(last.has_value());
    CHECK(last.error() == Error::OutOfMemory);
    all.clear();
    CHECK(memory.alloc_pages(Order{4}, Zero::No).has_value());
}

LACUNA_TEST("mm.memory", "kmalloc gives distinct, aligned, writable memory of every size") {
    System system;
    Memory& memory = system.memory();
    std::vector<std::span<std::uint8_t>> blocks;
    for (std::size_t size = 1; size <= 20'000; size += size / 7 + 1) {
        const auto address = memory.kmalloc(size);
        REQUIRE(address.has_value());
        CHECK(reinterpret_cast<std::uintptr_t>(*address) % 16 == 0);
        CHECK(memory.usable_size(*address) >= size);
        blocks.emplace_back(static_cast<std::uint8_t*>(*address), size);
        std::memset(*address, static_cast<int>(blocks.size()), size);
    }
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        CHECK(std::ranges::all_of(blocks[i], [&](std::uint8_t byte) { return byte == std::uint8_t(i + 1); }));
        memory.kfree(blocks[i].data());
    }
    const auto nothing = memory.kmalloc(0);
    REQUIRE_FALSE(nothing.has_value());
    CHECK(nothing.error() == Error::InvalidArgument);
    const auto too_much = memory.kmalloc(std::size_t{1} << 40);
    REQUIRE_FALSE(too_much.has_value());
    CHECK(too_much.error() == Error::OutOfMemory);
    memory.kfree(nullptr);
}

/// The peer's mixed workload, step by step as it was run there; `acc` shows that the same work was
/// done.
LACUNA_TEST("mm.memory", "the mixed-size workload ends in the peer's checksum") {
    System system;
    Memory& memory = system.memory();
    const auto size_for = [](std::uint64_t r) { return 16 + (r >> 32) % 2033; };
    mm::testing::Random random(0x9e3779b97f4a7c15);
    std::vector<std::uint64_t*> slots(4096);
    const auto fill = [&](std::uint64_t*& slot, std::uint64_t r) {
        const auto memory_for = memory.kmalloc(size_for(r));
        if (!memory_for) return false;
        slot = static_cast<std::uint64_t*>(*memory_for);
        *slot = r;
        return true;
    };
    for (auto& slot : slots) REQUIRE(fill(slot, random.next()));
    std::uint64_t acc = 0;
    for (int step = 0; step < 100'000; ++step) {
        const std::uint64_t r = random.next();
        std::uint64_t*& slot = slots[r & 4095];
        acc ^= *slot;
        memory.kfree(slot);
        REQUIRE(fill(slot, r));
    }
    CHECK(acc == 0x72fd0bb2457c6006);
    for (std::uint64_t* slot : slots) memory.kfree(slot);
}

} // namespace
