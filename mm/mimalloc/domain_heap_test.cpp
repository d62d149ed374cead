// SPDX-License-Identifier: MIT
#include "mm/mimalloc/domain_heap.hpp"

#include <array>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "kernel/test/test.hpp"
#include "mm/domain/domain.hpp"
#include "mm/testing/system.hpp"

namespace {

using kernel::Error;
using mm::Domain;
using mm::DomainHeap;
using mm::DomainKind;
using mm::PageCount;
using mm::testing::gives_all_back;
using mm::testing::Inside;
using mm::testing::Random;
using mm::testing::System;

/// Frames that a domain with a heap and four segments owns, its slab root included, and some.
constexpr PageCount room_for_segments{64 + 32};

/// A heap of its own beside the domain's, so that the tests are the same whatever serves kmalloc.
struct Heap {
    Domain& domain;
    DomainHeap heap{};

    kernel::Result<void*> alloc(std::size_t bytes) { return heap.alloc(domain, bytes); }
    void free(void* block) { heap.free(domain, block); }
};

std::uintptr_t raw(const void* address) { return reinterpret_cast<std::uintptr_t>(address); }

LACUNA_TEST("mm.mimalloc", "blocks of every size are the domain's, aligned, distinct and as large as asked for") {
    System system;
    auto red = Domain::create(system.memory(), DomainKind::Net, "red");
    REQUIRE(red.has_value());
    const Inside inside(system.spaces(), **red);
    Heap heap{**red};
    for (std::size_t bytes = 1; bytes <= DomainHeap::largest; bytes += bytes < 300 ? 1 : 97) {
        const auto first = heap.alloc(bytes);
        const auto second = heap.alloc(bytes);
        REQUIRE(first.has_value());
        REQUIRE(second.has_value());
        for (void* block : {*first, *second}) {
            const std::size_t align = bytes >= 16 && (bytes & (bytes - 1)) == 0 ? bytes : 16;
            CHECK(raw(block) % align == 0);
            CHECK((*red)->owns(block));
            CHECK((*red)->owns(static_cast<std::byte*>(block) + bytes - 1));
            CHECK(DomainHeap::usable_size(block) >= bytes);
        }
        const std::uintptr_t apart =
            raw(*first) < raw(*second) ? raw(*second) - raw(*first) : raw(*first) - raw(*second);
        CHECK(apart >= bytes);
        heap.free(*first);
        heap.free(*second);
    }
}

LACUNA_TEST("mm.mimalloc", "powers of two are aligned to their size, every block of a page") {
    System system;
    auto red = Domain::create(system.memory(), DomainKind::Net, "red");
    REQUIRE(red.has_value());
    const Inside inside(system.spaces(), **red);
    Heap heap{**red};
    for (std::size_t bytes = 16; bytes <= DomainHeap::largest; bytes *= 2) {
        for (int i = 0; i < 20; ++i) {
            const auto block = heap.alloc(bytes);
            REQUIRE(block.has_value());
            CHECK(raw(*block) % bytes == 0);
        }
    }
}

LACUNA_TEST("mm.mimalloc", "the heaps of two domains have nothing in common") {
    System system;
    auto red = Domain::create(system.memory(), DomainKind::Net, "red");
    auto blue = Domain::create(system.memory(), DomainKind::Net, "blue");
    REQUIRE(red.has_value());
    REQUIRE(blue.has_value());
    Heap reds{**red};
    Heap blues{**blue};
    const mm::FrameTable frames = system.memory().frames();
    const auto is_of = [&](const Heap& heap, const Heap& other, const void* block) {
        if (!heap.domain.owns(block) || other.domain.owns(block)) return false;
        // And so is all of the segment around it, where mimalloc keeps its books.
        const mm::Pfn pfn = heap.domain.frame_of(block);
        if (frames[pfn].state != mm::FrameState::HeapExclusive) return false;
        const mm::Frame& first = frames[DomainHeap::block_around(frames, pfn)];
        return first.owner == heap.domain.id() && mm::Order{first.order} == DomainHeap::segment_order;
    };
    for (int i = 0; i < 300; ++i) {
        for (const auto& [heap, other] : {std::pair{&reds, &blues}, std::pair{&blues, &reds}}) {
            const Inside inside(system.spaces(), heap->domain);
            const auto block = heap->alloc(1000);
            REQUIRE(block.has_value());
            CHECK(is_of(*heap, *other, *block));
        }
    }
}

LACUNA_TEST("mm.mimalloc", "random allocations keep what is written") {
    System system;
    auto red = Domain::create(system.memory(), DomainKind::Net, "red");
    REQUIRE(red.has_value());
    const Inside inside(system.spaces(), **red);
    Heap heap{**red};
    struct Live {
        std::uint64_t* block = nullptr;
        std::uint64_t stamp = 0;
    };
    std::vector<Live> live(1024);
    Random random;
    const auto drop = [&](Live& one) {
        if (one.block == nullptr) return;
        CHECK(*one.block == one.stamp);
        heap.free(one.block);
        one = {};
    };
    for (int i = 0; i < 20'000; ++i) {
        const std::uint64_t r = random.next();
        Live& one = live[r % live.size()];
        drop(one);
        const auto block = heap.alloc(8 + (r >> 32) % 3000);
        REQUIRE(block.has_value());
        one = {static_cast<std::uint64_t*>(*block), r};
        *one.block = r;
    }
    for (Live& one : live) drop(one);
}

LACUNA_TEST("mm.mimalloc", "memory that one size has left serves another, and empty segments go back") {
    System system;
    auto red = Domain::create(system.memory(), DomainKind::Net, "red", PageCount{3 * 64 + 32});
    REQUIRE(red.has_value());
    const Inside inside(system.spaces(), **red);
    Heap heap{**red};
    std::vector<void*> blocks(2000);
    const auto fill = [&](std::size_t bytes) {
        std::size_t count = 0;
        for (auto block = heap.alloc(bytes); block; block = heap.alloc(bytes)) blocks[count++] = *block;
        return count;
    };
    const std::size_t small = fill(1000);
    CHECK(small > 600);
    const auto in_use = (*red)->books().owned;
    for (std::size_t i = 0; i < small; ++i) heap.free(blocks[i]);
    CHECK((*red)->books().owned < in_use);
    CHECK(fill(4000) > 150);
}

LACUNA_TEST("mm.mimalloc", "a domain at its limit is told so, goes on with what it has, and gives all back") {
    System system;
    CHECK(gives_all_back(system.memory(), [&] {
        auto red = Domain::create(system.memory(), DomainKind::Net, "red", room_for_segments);
        REQUIRE(red.has_value());
        const Inside inside(system.spaces(), **red);
        Heap heap{**red};
        std::vector<void*> blocks;
        auto block = heap.alloc(1000);
        for (; block && blocks.size() < 10'000; block = heap.alloc(1000)) blocks.push_back(*block);
        REQUIRE(!block.has_value());
        CHECK(block.error() == Error::DomainLimit);
        CHECK(blocks.size() > 200);
        CHECK((*red)->books().owned <= room_for_segments);
        heap.free(blocks.back());
        CHECK(heap.alloc(1000).has_value());
    }));
}

LACUNA_TEST("mm.mimalloc", "no frames for a heap is the domain's error, not the system's end") {
    System system;
    auto red = Domain::create(system.memory(), DomainKind::Net, "red", PageCount{8});
    REQUIRE(red.has_value());
    const Inside inside(system.spaces(), **red);
    Heap heap{**red};
    const auto block = heap.alloc(100);
    REQUIRE(!block.has_value());
    CHECK(block.error() == Error::DomainLimit);
    (*red)->set_limit(Domain::unlimited);
    CHECK(heap.alloc(100).has_value());
}

LACUNA_TEST("mm.mimalloc", "domains live and end with objects in their heaps, and nothing is left") {
    System system;
    CHECK(gives_all_back(system.memory(), [&] {
        std::array<mm::DomainPtr, 8> domains;
        for (auto& domain : domains) {
            auto made = Domain::create(system.memory(), DomainKind::Net, "many");
            REQUIRE(made.has_value());
            domain = *std::move(made);
            const Inside inside(system.spaces(), *domain);
            Heap heap{*domain};
            for (std::size_t bytes = 8; bytes <= DomainHeap::largest; bytes *= 2) {
                const auto block = heap.alloc(bytes);
                REQUIRE(block.has_value());
                std::memset(*block, 0x5a, bytes);
                CHECK(domain->owns(*block));
            }
        }
    }));
}

} // namespace
