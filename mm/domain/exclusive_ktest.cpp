// SPDX-License-Identifier: MIT
#include <array>
#include <cstring>

#include "kernel/base/events.hpp"
#include "kernel/main/system.hpp"
#include "kernel/test/test.hpp"
#include "mm/domain/domain.hpp"
#include "mm/memory.hpp"
#include "mm/slab.hpp"
#include "mm/testing/frame_content.hpp"
#include "mm/testing/reads_secret.hpp"
#include "mm/testing/system.hpp"

#include <arch/cpu.hpp>
#include <arch/probe.hpp>

// What only hardware can say: whether a load faults.

namespace {

using mm::Domain;
using mm::DomainKind;
using mm::Order;
using mm::VirtAddr;
using mm::Zero;
using mm::testing::Inside;
using mm::testing::is_zero;
using mm::testing::reads_secret;
using mm::testing::secret;
using mm::testing::System;

/// Two namespaces' domains, and the three ways to get exclusive memory in the first.
struct Two {
    Two()
        : red(*Domain::create(system.memory(), DomainKind::Net, "red")),
          blue(*Domain::create(system.memory(), DomainKind::Net, "blue")) {}

    const void* in_direct_map(const void* address) const {
        return mm::DirectMap::ptr_present<void>(red->frame_of(address).address() +
                                                reinterpret_cast<std::uintptr_t>(address) % mm::page_size);
    }

    /// Whether the secret at `address` is red's alone.
    bool is_exclusive(void* address) {
        {
            Inside inside(system.spaces(), *red);
            std::memcpy(address, &secret, sizeof secret);
            if (!reads_secret(address)) return false;
            // With placement=clone the owner's copy of the direct map is where it has the page.
            if (in_direct_map(address) != address && reads_secret(in_direct_map(address))) return false;
        }
        // Right after the switch: what the TLB kept of red's would be seen here.
        if (reads_secret(address) || reads_secret(in_direct_map(address))) return false;
        Inside inside(system.spaces(), *blue);
        return !reads_secret(address) && !reads_secret(in_direct_map(address));
    }

    System system;
    mm::DomainPtr red;
    mm::DomainPtr blue;
};

bool isolates() { return mm::detaches(kernel::memory().placements().scheme); }

LACUNA_TEST("mm.exclusive", "hardware: a page is readable by its owner alone") {
    if (!isolates()) SKIP("nothing is isolated with isolation=none");
    Two two;
    auto page = two.red->alloc_pages(Order{0}, Zero::Yes);
    REQUIRE(page.has_value());
    CHECK(two.is_exclusive(page->address().get()));
    auto block = two.red->alloc_pages(Order{4}, Zero::No);
    REQUIRE(block.has_value());
    CHECK(two.is_exclusive(block->address().get() + 9 * mm::page_size));
}

LACUNA_TEST("mm.exclusive", "hardware: a slab object and a kmalloc block are readable by their owner alone") {
    if (!isolates()) SKIP("nothing is isolated with isolation=none");
    Two two;
    auto& slabs = two.system.memory().slabs();
    if (!slabs.find_exclusive("test-hardware")) {
        REQUIRE(slabs.create_exclusive({.name = "test-hardware", .size = 80}).has_value());
    }
    kernel::Result<void*> object = kernel::fail(kernel::Error::Busy);
    kernel::Result<void*> block = kernel::fail(kernel::Error::Busy);
    {
        Inside inside(two.system.spaces(), *two.red);
        object = slabs.find_exclusive("test-hardware")->alloc(*two.red);
        block = two.red->kmalloc(3000);
    }
    REQUIRE(object.has_value());
    REQUIRE(block.has_value());
    CHECK(two.is_exclusive(*object));
    CHECK(two.is_exclusive(*block));
}

LACUNA_TEST("mm.exclusive", "hardware: a handed-over frame faults for its sender at the same address") {
    if (!isolates()) SKIP("nothing is isolated with isolation=none");
    Two two;
    auto page = two.red->alloc_pages(Order{0}, Zero::Yes);
    REQUIRE(page.has_value());
    void* const address = page->address().get();
    const mm::Pfn pfn = page->release();
    Inside sender(two.system.spaces(), *two.red);
    std::memcpy(address, &secret, sizeof secret);
    {
        // No other address space is loaded in between, which would flush as well.
        const arch::PreemptGuard no_switch;
        CHECK(reads_secret(address));
        REQUIRE(two.red->disown(pfn, mm::TransitTag{1}).has_value());
        // With other policies the flush may come with adopt().
        if (kernel::options().policies.flush == mm::Flush::Sync) CHECK_FALSE(reads_secret(address));
        REQUIRE(two.blue->adopt(pfn, mm::TransitTag{1}).has_value());
        CHECK_FALSE(reads_secret(address));
    }
    Inside receiver(two.system.spaces(), *two.blue);
    CHECK(reads_secret(address));
    CHECK(reads_secret(two.in_direct_map(address)) == (two.in_direct_map(address) == address));
}

LACUNA_TEST("mm.exclusive", "hardware: what a device wrote to a page that the domain did not is cleared when it leaves") {
    System system;
    mm::Memory& memory = system.memory();
    auto red = Domain::create(memory, DomainKind::Net, "red");
    REQUIRE(red.has_value());
    constexpr Order order{6}; // not one that a domain keeps
    auto block = (*red)->alloc_pages(order, Zero::Yes);
    REQUIRE(block.has_value());
    const mm::Pfn first = block->first();
    std::array<mm::Pfn, 2> written{first + mm::PageCount{1}, first + mm::PageCount{63}};
    for (const mm::Pfn pfn : written) {
        struct Device {
            void operator()(std::byte* page) const { std::memcpy(page + 1000, &secret, sizeof secret); }
        } device;
        (*red)->written_unseen(pfn);
        memory.workshop().visit(pfn, device);
    }
    block->reset();
    memory.quarantine().settle();
    for (const mm::Pfn pfn : written) CHECK(is_zero(memory, pfn));
}

LACUNA_TEST("mm.exclusive", "hardware: a page that was only read leaves its domain as it is, one that was written to is cleared") {
    if (!isolates()) SKIP("there is no entry that could tell with isolation=none");
    System system;
    mm::Memory& memory = system.memory();
    auto red = Domain::create(memory, DomainKind::Net, "red");
    REQUIRE(red.has_value());
    constexpr Order order{6};
    // Once for good measure: what is left of it is known to be zero.
    (*red)->alloc_pages(order, Zero::Yes)->reset();
    for (const bool writes : {false, true}) {
        auto block = (*red)->alloc_pages(order, Zero::No);
        REQUIRE(block.has_value());
        bool known = true;
        for (const mm::Frame& frame : memory.frames().row(block->first(), 64)) known = known && frame.is_zeroed();
        {
            Inside inside(system.spaces(), **red);
            volatile std::uint64_t* const word = reinterpret_cast<volatile std::uint64_t*>(block->address().get());
            if (writes) *word = 0; // as good as anything else
            const std::uint64_t value = *word;
            CHECK(value == 0);
        }
        const arch::PreemptGuard alone;
        const auto before = kernel::snapshot_events();
        block->reset();
        memory.quarantine().settle();
        const std::uint64_t cleared = kernel::snapshot_events().since(before)[kernel::Event::FramesZeroed];
        if (known) CHECK(cleared == (writes ? 1 : 0));
    }
}

LACUNA_TEST("mm.exclusive", "hardware: a freed block is zero and back in the direct map") {
    System system;
    auto red = Domain::create(system.memory(), DomainKind::Net, "red");
    REQUIRE(red.has_value());
    // 2 MiB, so that it can go back whatever other domains hold.
    auto block = (*red)->alloc_pages(mm::order_2m, Zero::No);
    REQUIRE(block.has_value());
    auto* const in_direct_map = mm::DirectMap::ptr_present<std::byte>(block->first().address());
    {
        Inside inside(system.spaces(), **red);
        for (std::uint64_t at = 0; at < mm::order_2m.bytes(); at += mm::page_size) {
            std::memcpy(block->address().get() + at, &secret, sizeof secret);
        }
    }
    block->reset();
    system.memory().reclaim();
    unsigned present = 0;
    unsigned left_behind = 0;
    for (std::uint64_t at = 0; at < mm::order_2m.bytes(); at += mm::page_size) {
        std::byte byte{};
        present += arch::probe_read(VirtAddr{reinterpret_cast<std::uintptr_t>(in_direct_map + at)}, {&byte, 1}) == 1;
        left_behind += reads_secret(in_direct_map + at);
    }
    CHECK(present == mm::order_2m.pages().raw());
    CHECK(left_behind == 0);
}

} // namespace
