// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "kernel/base/events.hpp"
#include "kernel/base/mutant.hpp"
#include "kernel/test/test.hpp"
#include "mm/testing/host_system.hpp"
#include "mm/testing/make_domain.hpp"
#include "mm/testing/many_cpus.hpp"
#include "mm/testing/system.hpp"

// What only the host can look at: frames behind the page tables' back, every policy, every mutant.

namespace {

using kernel::Event;
using kernel::Mutant;
using mm::Domain;
using mm::DomainKind;
using mm::DomainPtr;
using mm::Granularity;
using mm::Isolation;
using mm::Order;
using mm::PageCount;
using mm::Pfn;
using mm::Zero;
using mm::testing::AsCpu;
using mm::testing::HostPlan;
using mm::testing::HostSystem;
using mm::testing::Inside;
using mm::testing::make_domain;
using mm::testing::ManyCpus;

/// Switches a deliberate fault on for a scope.
struct Broken {
    explicit Broken(Mutant mutant) { kernel::set_mutant(mutant); }
    ~Broken() { kernel::set_mutant(Mutant::None); }
};

/// Whether a page of `red`'s, written full, is zero after its owner gave it up or came to its end.
bool is_clean_after(HostSystem& system, bool end_of_domain) {
    DomainPtr red = make_domain(system.memory, "red");
    const Pfn pfn = *red->alloc_block(Order{0}, Zero::No, mm::FrameState::Exclusive);
    {
        Inside inside(system.spaces, *red);
        std::memset(red->frame_ptr(pfn), 0x99, mm::page_size);
        if (!end_of_domain) red->free_block(pfn);
    }
    red.reset();
    return system.is_zero(pfn);
}

LACUNA_TEST("mm.exclusive", "a block that was kept, zeroed and written again leaves its domain as zeros") {
    for (const mm::Placement placement : {mm::Placement::Window, mm::Placement::Clone}) {
        for (const Isolation isolation : {Isolation::Pgd, Isolation::None}) {
            if (isolation == Isolation::None && placement == mm::Placement::Clone) continue; // is refused
            HostSystem system({.policies = {.isolation = isolation, .placement = placement}});
            DomainPtr red = make_domain(system.memory, "red");
            constexpr Order order{2};
            Pfn first;
            {
                const Inside inside(system.spaces, *red);
                first = *red->alloc_block(order, Zero::No, mm::FrameState::Exclusive);
                std::memset(red->frame_ptr(first), 0x99, order.bytes());
                red->free_block(first);
                REQUIRE(*red->alloc_block(order, Zero::Yes, mm::FrameState::Exclusive) == first);
                CHECK(*red->frame_ptr(first) == std::byte{0});
                std::memset(red->frame_ptr(first), 0x77, order.bytes());
                red->free_block(first);
            }
            red.reset();
            for (std::uint64_t page = 0; page < order.pages().raw(); ++page) {
                CHECK(system.is_zero(first + PageCount{page}));
            }
        }
    }
}

LACUNA_TEST("mm.exclusive", "a page is in its owner's window and nowhere else") {
    for (const Granularity granularity : {Granularity::Block, Granularity::Page}) {
        HostSystem system({.policies = {.granularity = granularity}});
        const DomainPtr red = make_domain(system.memory, "red");
        const DomainPtr blue = make_domain(system.memory, "blue");
        auto page = red->alloc_pages(Order{0}, Zero::Yes);
        REQUIRE(page.has_value());
        const void* in_window = page->address().get();
        const void* in_direct_map = mm::DirectMap::ptr_present<void>(page->first().address());
        CHECK_FALSE(system.can_touch(in_window));
        CHECK_FALSE(system.can_touch(in_direct_map));
        {
            Inside inside(system.spaces, *red);
            CHECK(system.can_touch(in_window));
            CHECK_FALSE(system.can_touch(in_direct_map));
        }
        {
            Inside inside(system.spaces, *blue);
            CHECK_FALSE(system.can_touch(in_window));
            CHECK_FALSE(system.can_touch(in_direct_map));
        }
    }
}

LACUNA_TEST("mm.exclusive", "the mutant that keeps the direct map is noticed") {
    Broken broken(Mutant::KeepDirectMap);
    HostSystem system;
    const DomainPtr red = make_domain(system.memory, "red");
    auto page = red->alloc_pages(Order{0}, Zero::No);
    REQUIRE(page.has_value());
    CHECK(system.can_touch(mm::DirectMap::ptr_present<void>(page->first().address())));
}

LACUNA_TEST("mm.exclusive", "isolation none keeps the same books in the direct map") {
    HostSystem system({.policies = {.isolation = Isolation::None}});
    make_domain(system.memory, "first"); // afterwards the shared caches have their magazines
    system.memory.reclaim();
    const PageCount before = system.memory.free_frames();
    {
        const DomainPtr red = make_domain(system.memory, "red");
        auto page = red->alloc_pages(Order{1}, Zero::Yes);
        REQUIRE(page.has_value());
        CHECK(page->address().get() == mm::DirectMap::ptr_present<std::byte>(page->first().address()));
        CHECK(system.can_touch(page->address().get()));
        CHECK(red->books().owned >= PageCount{2});
        std::memset(page->address().get(), 0x12, mm::page_size);
        const Pfn pfn = page->first();
        page->reset();
        red->trim();
        CHECK(system.is_zero(pfn));
    }
    system.memory.reclaim();
    CHECK(system.memory.free_frames().raw() == before.raw());
}

LACUNA_TEST("mm.exclusive", "content never outlives its owner, and the mutants show it would") {
    for (const bool end_of_domain : {false, true}) {
        HostSystem system;
        CHECK(is_clean_after(system, end_of_domain));
        Broken broken(Mutant::SkipZeroOnFree);
        CHECK_FALSE(is_clean_after(system, end_of_domain));
    }
}

LACUNA_TEST("mm.exclusive", "a leaked frame shows in the count") {
    HostSystem system;
    make_domain(system.memory, "first");
    const PageCount before = system.memory.free_frames();
    make_domain(system.memory, "second");
    CHECK(system.memory.free_frames() == before);
    Broken broken(Mutant::LeakFrame);
    make_domain(system.memory, "third");
    CHECK(system.memory.free_frames() != before);
}

LACUNA_TEST("mm.granularity", "block: one flush takes 2 MiB out, and the block heals when it is free") {
    HostSystem system;
    const auto start = kernel::snapshot_events();
    DomainPtr red = make_domain(system.memory, "red");
    std::vector<mm::ExclusivePages> pages;
    for (int i = 0; i < 400; ++i) pages.push_back(*red->alloc_pages(Order{0}, Zero::No));
    CHECK(kernel::snapshot_events().since(start)[Event::Splits] == 0);
    CHECK(system.memory.statistics().detached < PageCount{512});
    pages.clear();
    red.reset();
    // One whole block stays out of the direct map for the next domain, until memory is wanted.
    CHECK(system.memory.statistics().detached == PageCount{512});
    CHECK(system.memory.reclaim() >= PageCount{512});
    CHECK(system.memory.statistics().detached == PageCount{});
    for (const mm::Frame& frame : system.memory.frames().all()) {
        if (frame.state == mm::FrameState::Free) {
            const Pfn pfn = system.memory.frames().number(frame);
            REQUIRE(system.can_touch(mm::DirectMap::ptr_present<void>(pfn.address())));
        }
    }
}

LACUNA_TEST("mm.granularity", "page: each page splits and heals on its own") {
    HostSystem system({.policies = {.granularity = Granularity::Page}});
    DomainPtr red = make_domain(system.memory, "red");
    system.memory.reclaim();
    const auto start = kernel::snapshot_events();
    auto page = red->alloc_pages(Order{0}, Zero::No);
    REQUIRE(page.has_value());
    CHECK(system.memory.statistics().detached == PageCount{});
    page->reset();
    red.reset();
    const auto events = kernel::snapshot_events().since(start);
    CHECK(events[Event::Heals] >= events[Event::Splits]);
}

LACUNA_TEST("mm.granularity", "without a free 2 MiB block, pages leave one by one and come back") {
    HostSystem system;
    // Every other page in use: no two free neighbours anywhere.
    std::vector<mm::OwnedPages> all;
    while (auto page = system.memory.alloc_pages(Order{0}, Zero::No)) all.push_back(std::move(*page));
    std::vector<mm::OwnedPages> kept;
    for (auto& page : all) {
        if (page.first().raw() % 2 == 0) kept.push_back(std::move(page));
    }
    all.clear();
    const PageCount before = system.memory.free_frames();
    {
        const DomainPtr red = make_domain(system.memory, "red");
        for (int i = 0; i < 100; ++i) {
            const auto block = red->alloc_block(Order{0}, Zero::No, mm::FrameState::Exclusive);
            REQUIRE(block.has_value());
            CHECK_FALSE(system.can_touch(mm::DirectMap::ptr_present<void>(block->address())));
        }
        CHECK_FALSE(red->alloc_block(Order{1}, Zero::No, mm::FrameState::Exclusive).has_value());
    }
    system.memory.reclaim();
    CHECK(system.memory.free_frames() <= before);
    kept.clear();
    system.memory.reclaim();
    CHECK(system.memory.alloc_pages(mm::max_order, Zero::No).has_value());
}

LACUNA_TEST("mm.granularity", "a run may hold pages of a block that left whole and pages that left alone") {
    HostSystem system;
    mm::ExclusiveFrames& exclusive = system.memory.exclusive_frames();
    static_cast<void>(make_domain(system.memory, "first")); // afterwards the policy has its bitmaps
    system.memory.reclaim();
    std::vector<mm::OwnedPages> all;
    while (auto page = system.memory.alloc_pages(Order{0}, Zero::No)) all.push_back(std::move(*page));
    // One 2 MiB block is free again, the first pages of its neighbour, and some for page tables.
    const Pfn boundary = Pfn{(all[all.size() / 2].first().raw() / 512 + 1) * 512ull};
    for (auto& page : all) {
        const std::uint32_t pfn = page.first().raw();
        if (pfn + 512 >= boundary.raw() && pfn < boundary.raw() + 8) page.reset();
    }
    for (std::size_t i = 0; i < 16; ++i) all[i].reset();
    system.memory.reclaim();
    const PageCount before = system.memory.free_frames();

    std::vector<std::uint32_t> taken;
    std::array<mm::PageRun, 8> room;
    while (const auto runs = exclusive.take_runs(room, 64)) {
        for (const mm::PageRun& run : std::span(room).first(*runs)) {
            for (std::uint32_t i = 0; i < run.count; ++i) taken.push_back(run.first.raw() + i);
        }
    }
    std::ranges::sort(taken);
    const auto last_of_block = std::ranges::find(taken, boundary.raw() - 1);
    REQUIRE(last_of_block != taken.end());
    REQUIRE(last_of_block + 1 != taken.end());
    CHECK(*(last_of_block + 1) == boundary.raw()); // the neighbour's pages left, one by one
    CHECK_FALSE(system.can_touch(mm::DirectMap::ptr_present<void>(boundary.address())));

    const mm::PageRun both{Pfn{boundary.raw() - 1}, 2};
    exclusive.give_runs({&both, 1});
    for (const std::uint32_t pfn : taken) {
        const mm::PageRun one{Pfn{pfn}, 1};
        if (pfn != boundary.raw() && pfn != boundary.raw() - 1) exclusive.give_runs({&one, 1});
    }
    system.memory.reclaim();
    CHECK(system.memory.free_frames() == before);
    CHECK(system.can_touch(mm::DirectMap::ptr_present<void>(boundary.address())));
    CHECK(system.memory.alloc_pages(mm::order_2m, Zero::No).has_value());
}

LACUNA_TEST("mm.exclusive", "out of frames is an error, and the domain's end cures it") {
    HostSystem system({.memory = PageCount{4096}});
    static_cast<void>(make_domain(system.memory, "first")); // afterwards the granularity policy has its bitmaps
    system.memory.reclaim();
    const PageCount before = system.memory.free_frames();
    DomainPtr red = make_domain(system.memory, "red");
    kernel::Result<Pfn> block = kernel::fail(kernel::Error::Busy);
    do {
        block = red->alloc_block(Order{0}, Zero::No, mm::FrameState::Exclusive);
    } while (block);
    CHECK(block.error() == kernel::Error::OutOfMemory);
    red.reset();
    system.memory.reclaim();
    CHECK(system.memory.free_frames() == before);
}

/// What the kernel has its tasks do.
bool on_three_cpus(void (*work)(void*), void* argument) {
    for (unsigned cpu = 0; cpu < 3; ++cpu) {
        const AsCpu there(cpu);
        work(argument);
    }
    return true;
}

LACUNA_TEST("mm.exclusive", "the last free frame becomes a page table, whatever CPU's list it is on") {
    HostSystem system;
    const ManyCpus cpus(system, 3);
    on_three_cpus([](void* frames) { static_cast<mm::FrameAllocator*>(frames)->drain(); }, &system.frames);
    std::vector<mm::OwnedPages> all;
    while (auto page = system.memory.alloc_pages(mm::order_4k, Zero::No)) all.push_back(std::move(*page));
    REQUIRE(!all.empty());
    {
        const AsCpu there(2);
        all.pop_back();
    }
    REQUIRE(system.frames.on_cpus() == PageCount{1});
    // Alone, this CPU has to take it for lost.
    CHECK(system.tables.take_table(Zero::Yes).error() == kernel::Error::OutOfMemory);
    system.memory.set_every_cpu(&on_three_cpus);
    const auto table = system.tables.take_table(Zero::Yes);
    REQUIRE(table.has_value());
    CHECK(system.tables.take_table(Zero::Yes).error() == kernel::Error::OutOfMemory);
    system.tables.give_table(*table);
}

LACUNA_TEST("mm.exclusive", "what a domain holds idle on other CPUs is not lost to its limit") {
    HostSystem system;
    const ManyCpus cpus(system, 3);
    const DomainPtr red = make_domain(system.memory, "red");
    {
        const AsCpu there(2);
        std::vector<mm::ExclusivePages> pages;
        for (unsigned i = 0; i < 8; ++i) pages.push_back(*red->alloc_pages(Order{0}, Zero::No));
    }
    const mm::DomainBooks books = red->books();
    REQUIRE(books.pooled >= PageCount{8});
    red->set_limit(books.owned + books.pooled);
    // Alone, this CPU has to take the limit for reached.
    CHECK(red->alloc_pages(Order{2}, Zero::No).error() == kernel::Error::DomainLimit);
    system.memory.set_every_cpu(&on_three_cpus);
    const auto block = red->alloc_pages(Order{2}, Zero::No);
    CHECK(block.has_value());
    CHECK(red->books().pooled == PageCount{});
    red->set_limit(red->books().owned);
    CHECK(red->alloc_pages(Order{0}, Zero::No).error() == kernel::Error::DomainLimit);
}

} // namespace
