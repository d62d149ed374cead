// SPDX-License-Identifier: MIT
#include "mm/domain/domain.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

#include "kernel/test/test.hpp"
#include "mm/memory.hpp"
#include "mm/testing/frame_content.hpp"
#include "mm/testing/system.hpp"

#include <arch/cpu.hpp>

namespace {

using kernel::Error;
using mm::Domain;
using mm::DomainKind;
using mm::ExclusivePages;
using mm::FrameState;
using mm::Order;
using mm::PageCount;
using mm::Pfn;
using mm::TransitTag;
using mm::Zero;
using mm::testing::Inside;
using mm::testing::is_zero;
using mm::testing::System;

/// One life of a domain that takes blocks of several sizes and leaves them to its end.
bool lives_and_ends(System& system) {
    mm::Memory& memory = system.memory();
    const auto red = Domain::create(memory, DomainKind::Net, "red");
    if (!red || (*red)->name() != "red" || *memory.domains().find((*red)->id()) != red->get()) return false;
    Inside inside(system.spaces(), **red);
    for (unsigned order = 0; order < 4; ++order) {
        auto pages = (*red)->alloc_pages(Order{order}, Zero::Yes);
        if (!pages || memory.frames()[pages->first()].owner != (*red)->id()) return false;
        const std::span bytes(pages->address().get(), Order{order}.bytes());
        if (std::ranges::any_of(bytes, [](std::byte byte) { return byte != std::byte{0}; })) return false;
        std::memset(bytes.data(), 0x77, bytes.size());
        static_cast<void>(pages->release()); // the domain's end finds it
    }
    return (*red)->books().owned >= PageCount{15};
}

LACUNA_TEST("mm.domain", "owns pages that are zero, and gives all of them back") {
    System system;
    REQUIRE(lives_and_ends(system)); // afterwards the shared caches have their magazines
    CHECK(mm::testing::gives_all_back(system.memory(), [&] { lives_and_ends(system); }));
}

LACUNA_TEST("mm.domain", "a limit is an error that goes away") {
    System system;
    const auto red = Domain::create(system.memory(), DomainKind::Net, "red");
    REQUIRE(red.has_value());
    const PageCount base = (*red)->books().owned;
    (*red)->set_limit(base + PageCount{4});
    {
        auto pages = (*red)->alloc_pages(Order{2}, Zero::No);
        REQUIRE(pages.has_value());
        const auto more = (*red)->alloc_pages(Order{0}, Zero::No);
        REQUIRE_FALSE(more.has_value());
        CHECK(more.error() == Error::DomainLimit);
    }
    CHECK((*red)->books().owned == base);
    CHECK((*red)->books().peak == base + PageCount{4});
    CHECK((*red)->alloc_pages(Order{2}, Zero::No).has_value());
}

LACUNA_TEST("mm.domain", "a packet's frame changes owner and keeps its content") {
    System system;
    const auto red = Domain::create(system.memory(), DomainKind::Net, "red");
    const auto blue = Domain::create(system.memory(), DomainKind::Net, "blue");
    REQUIRE(red.has_value());
    REQUIRE(blue.has_value());
    const TransitTag tag{7};
    Pfn pfn;
    {
        Inside inside(system.spaces(), **red);
        auto page = (*red)->alloc_pages(Order{0}, Zero::Yes);
        REQUIRE(page.has_value());
        std::memcpy(page->address().get(), "packet", 7);
        pfn = page->release();
        REQUIRE((*red)->disown(pfn, tag).has_value());
        CHECK_FALSE((*red)->owns((*red)->frame_ptr(pfn)));
        const auto again = (*red)->disown(pfn, tag);
        REQUIRE_FALSE(again.has_value());
        CHECK(again.error() == Error::InvalidArgument);
    }
    const auto other_wire = (*blue)->adopt(pfn, TransitTag{8});
    REQUIRE_FALSE(other_wire.has_value());
    CHECK(other_wire.error() == Error::Refused);
    CHECK((*blue)->adopt(Pfn{0xfffffff0}, tag).error() == Error::Refused);

    const PageCount owned = (*blue)->books().owned;
    (*blue)->set_limit(owned);
    CHECK((*blue)->adopt(pfn, tag).error() == Error::DomainLimit);
    (*blue)->set_limit(Domain::unlimited);
    REQUIRE((*blue)->adopt(pfn, tag).has_value());
    CHECK((*blue)->books().owned == owned + PageCount{1});
    {
        Inside inside(system.spaces(), **blue);
        CHECK(std::strcmp(reinterpret_cast<const char*>((*blue)->frame_ptr(pfn)), "packet") == 0);
        (*blue)->free_block(pfn);
    }
    CHECK((*red)->books().disowned == 1);
    CHECK((*blue)->books().adopted == 1);
}

LACUNA_TEST("mm.domain", "a block changes owner as a whole, and only by its first frame") {
    System system;
    const auto red = Domain::create(system.memory(), DomainKind::Net, "red");
    const auto blue = Domain::create(system.memory(), DomainKind::Net, "blue");
    REQUIRE(red.has_value());
    REQUIRE(blue.has_value());
    const TransitTag tag{7};
    const mm::FrameTable frames = system.memory().frames();
    Pfn first;
    {
        Inside inside(system.spaces(), **red);
        // Single frames that crossed before leave notes in the frame table, which must not make a block of its middle.
        auto block = (*red)->alloc_pages(Order{2}, Zero::Yes);
        REQUIRE(block.has_value());
        std::memset(block->address().get(), 0x11, Order{2}.bytes());
        first = block->release();
        for (mm::Frame& frame : frames.row(first, 4)) frame.transit.tag = tag;
        REQUIRE((*red)->disown(first, tag).has_value());
    }
    for (const mm::Frame& frame : frames.row(first, 4)) CHECK(frame.state == mm::FrameState::InTransit);
    CHECK((*red)->books().disowned == 4);
    for (const std::uint64_t inside : {1U, 2U, 3U}) {
        CHECK((*blue)->adopt(first + PageCount{inside}, tag).error() == Error::Refused);
        CHECK(system.memory().reclaim_in_transit(first + PageCount{inside}, tag).error() == Error::Refused);
    }
    const PageCount owned = (*blue)->books().owned;
    (*blue)->set_limit(owned + PageCount{3});
    CHECK((*blue)->adopt(first, tag).error() == Error::DomainLimit);
    (*blue)->set_limit(Domain::unlimited);
    const auto order = (*blue)->adopt(first, tag);
    REQUIRE(order.has_value());
    CHECK(*order == Order{2});
    CHECK((*blue)->books().owned == owned + PageCount{4});
    CHECK((*blue)->books().adopted == 4);
    {
        Inside inside(system.spaces(), **blue);
        for (std::uint64_t page = 0; page < 4; ++page) {
            CHECK((*blue)->owns((*blue)->frame_ptr(first + PageCount{page})));
            CHECK(*(*blue)->frame_ptr(first + PageCount{page}) == std::byte{0x11});
        }
        // And on, to nobody.
        REQUIRE((*blue)->disown(first, tag).has_value());
    }
    arch::PreemptGuard alone;
    const PageCount before = system.memory().free_frames();
    REQUIRE(system.memory().reclaim_in_transit(first, tag).has_value());
    CHECK(system.memory().free_frames() == before + PageCount{4});
    for (std::uint64_t page = 0; page < 4; ++page) CHECK(is_zero(system.memory(), first + PageCount{page}));
}

LACUNA_TEST("mm.domain", "a packet that nobody takes is zeroed and freed") {
    System system;
    const auto red = Domain::create(system.memory(), DomainKind::Net, "red");
    REQUIRE(red.has_value());
    auto page = (*red)->alloc_pages(Order{0}, Zero::Yes);
    REQUIRE(page.has_value());
    {
        Inside inside(system.spaces(), **red);
        std::memset(page->address().get(), 0x11, mm::page_size);
    }
    const Pfn pfn = page->release();
    REQUIRE((*red)->disown(pfn, TransitTag{3}).has_value());
    CHECK(system.memory().reclaim_in_transit(pfn, TransitTag{4}).error() == Error::Refused);
    arch::PreemptGuard alone;
    const PageCount before = system.memory().free_frames();
    REQUIRE(system.memory().reclaim_in_transit(pfn, TransitTag{3}).has_value());
    CHECK(system.memory().free_frames() == before + PageCount{1});
    CHECK(is_zero(system.memory(), pfn));
    CHECK(system.memory().reclaim_in_transit(pfn, TransitTag{3}).error() == Error::Refused);
}

LACUNA_TEST("mm.domain", "exclusive kmalloc is the domain's, and large blocks are too") {
    System system;
    const auto red = Domain::create(system.memory(), DomainKind::Net, "red");
    REQUIRE(red.has_value());
    Inside inside(system.spaces(), **red);
    for (const std::size_t size : {1u, 16u, 100u, 4096u, 5000u, 70'000u}) {
        const auto address = (*red)->kmalloc(size);
        REQUIRE(address.has_value());
        CHECK((*red)->owns(*address));
        CHECK((*red)->usable_size(*address) >= size);
        std::memset(*address, 0x33, size);
        (*red)->kfree(*address);
    }
}

LACUNA_TEST("mm.domain", "ten thousand lives leave no trace") {
    System system;
    mm::Memory& memory = system.memory();
    PageCount before;
    for (int life = 0; life < 10'000; ++life) {
        const auto red = Domain::create(memory, DomainKind::Net, "red");
        REQUIRE(red.has_value());
        auto block = (*red)->alloc_block(Order{static_cast<unsigned>(life % 4)}, Zero::No, FrameState::Exclusive);
        REQUIRE(block.has_value());
        if (life % 100 == 0) {
            Inside inside(system.spaces(), **red);
            REQUIRE((*red)->kmalloc(200).has_value());
        }
        // Idle stock has settled by the end of the first.
        if (life == 0) before = memory.free_frames() + (*red)->books().owned + (*red)->window().tables();
    }
    // Less than a frame for each life; in the booted kernel other tasks allocate as well.
    CHECK(memory.free_frames() + PageCount{100} > before);
}

} // namespace
