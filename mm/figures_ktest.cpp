// SPDX-License-Identifier: MIT
// Figures of the allocators, printed as KTAP diagnostics: cycles for an allocation and its free,
// back to back. Under -icount shift=0 a cycle is an instruction. The loop around them is measured
// and taken off.
#include <array>
#include <vector>

#include "kernel/base/console.hpp"
#include "kernel/test/test.hpp"
#include "mm/domain.hpp"
#include "mm/slab.hpp"
#include "mm/testing/system.hpp"

#include <arch/clock.hpp>

namespace {

using mm::Domain;
using mm::DomainKind;
using mm::Order;
using mm::Zero;
using mm::testing::Inside;
using mm::testing::System;

constexpr unsigned rounds = 1000;

/// Cycles for one call of `work`, without those of the loop; the first calls, which fill lists,
/// left out.
template <class Work>
std::uint64_t cost_of(Work&& work) {
    for (unsigned i = 0; i < 100; ++i)
        work();
    const std::uint64_t begin = arch::cycles();
    for (unsigned i = 0; i < rounds; ++i)
        work();
    const std::uint64_t middle = arch::cycles();
    for (unsigned i = 0; i < rounds; ++i)
        asm volatile("");
    return (2 * middle - begin - arch::cycles()) / rounds;
}

LACUNA_TEST("figures.mm", "allocation and free of shared memory") {
    System system;
    mm::Memory& memory = system.memory();
    kernel::print("# figure page.pair {}\n",
                  cost_of([&] { static_cast<void>(memory.alloc_pages(Order{0}, Zero::No)); }));
    kernel::print("# figure page.zeroed_pair {}\n", cost_of([&] {
                      auto page = memory.alloc_pages(Order{0}, Zero::Yes);
                      if (page) *page->address() = std::byte{1};
                  }));
    kernel::print("# figure page.order3_pair {}\n",
                  cost_of([&] { static_cast<void>(memory.alloc_pages(Order{3}, Zero::No)); }));
    auto cache = memory.slabs().create_shared({.name = "figures", .size = 256});
    if (!cache) cache = memory.slabs().find_shared("figures");
    REQUIRE(cache.has_value());
    mm::SharedCache& objects = **cache;
    kernel::print("# figure slab.256.pair {}\n", cost_of([&] {
                      if (const auto object = objects.alloc()) objects.free(*object);
                  }));
    kernel::print("# figure kmalloc.256.pair {}\n", cost_of([&] {
                      if (const auto block = memory.kmalloc(256)) memory.kfree(*block);
                  }));
    std::array<void*, 256> batch{};
    kernel::print("# figure slab.256.batch256_per_object {}\n",
                  cost_of([&] {
                      for (void*& object : batch)
                          object = objects.alloc().value_or(nullptr);
                      for (void* object : batch)
                          objects.free(object);
                  }) / batch.size());
}

LACUNA_TEST("figures.mm", "allocation and free of exclusive memory") {
    System system;
    auto made = Domain::create(system.memory(), DomainKind::Net, "figures");
    REQUIRE(made.has_value());
    Domain& red = **made;
    Inside inside(system.spaces(), red);
    kernel::print("# figure exclusive.page.pair {}\n",
                  cost_of([&] { static_cast<void>(red.alloc_pages(Order{0}, Zero::Yes)); }));
    auto cache = system.memory().slabs().create_exclusive({.name = "figures", .size = 256});
    if (!cache) cache = system.memory().slabs().find_exclusive("figures");
    REQUIRE(cache.has_value());
    const mm::ExclusiveCache& objects = **cache;
    kernel::print("# figure exclusive.256.pair {}\n", cost_of([&] {
                      if (const auto object = objects.alloc(red)) objects.free(red, *object);
                  }));
    kernel::print("# figure exclusive.kmalloc.256.pair {}\n", cost_of([&] {
                      if (const auto block = red.kmalloc(256)) red.kfree(*block);
                  }));
}

LACUNA_TEST("figures.mm", "a domain's life, and a frame's handover") {
    System system;
    mm::Memory& memory = system.memory();
    kernel::print("# figure domain.create_destroy {}\n", cost_of([&] {
                      static_cast<void>(Domain::create(memory, DomainKind::Net, "figures"));
                  }));
    auto red = Domain::create(memory, DomainKind::Net, "red");
    auto blue = Domain::create(memory, DomainKind::Net, "blue");
    REQUIRE(red.has_value());
    REQUIRE(blue.has_value());
    const auto pfn = (*red)->alloc_block(Order{0}, Zero::Yes, mm::FrameState::Exclusive);
    REQUIRE(pfn.has_value());
    kernel::print("# figure frame.handover_there_and_back {}\n", cost_of([&] {
                      const mm::TransitTag tag{1};
                      static_cast<void>((*red)->disown(*pfn, tag));
                      static_cast<void>((*blue)->adopt(*pfn, tag));
                      static_cast<void>((*blue)->disown(*pfn, tag));
                      static_cast<void>((*red)->adopt(*pfn, tag));
                  }));
}

LACUNA_TEST("figures.mm", "the mixed-size workload") {
    System system;
    mm::Memory& memory = system.memory();
    const auto size_for = [](std::uint64_t r) { return 16 + (r >> 32) % 2033; };
    mm::testing::Random random(0x9e3779b97f4a7c15);
    std::vector<std::uint64_t*> slots(4096);
    for (auto& slot : slots) {
        const std::uint64_t r = random.next();
        slot = static_cast<std::uint64_t*>(memory.kmalloc(size_for(r)).value_or(nullptr));
        REQUIRE(slot != nullptr);
        *slot = r;
    }
    constexpr std::uint64_t operations = 100'000;
    std::uint64_t acc = 0;
    const std::uint64_t begin = arch::cycles();
    for (std::uint64_t i = 0; i < operations; ++i) {
        const std::uint64_t r = random.next();
        std::uint64_t*& slot = slots[r & 4095];
        acc ^= *slot;
        memory.kfree(slot);
        slot = static_cast<std::uint64_t*>(*memory.kmalloc(size_for(r)));
        *slot = r;
    }
    const std::uint64_t cycles = arch::cycles() - begin;
    CHECK(acc == 0x72fd0bb2457c6006);
    kernel::print("# figure mixed.op {} (with the loop)\n", cycles / operations);
    for (std::uint64_t* slot : slots)
        memory.kfree(slot);
}

} // namespace
