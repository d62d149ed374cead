// SPDX-License-Identifier: MIT
#include "mm/buddy/buddy.hpp"

#include <array>
#include <memory>
#include <vector>

#include "kernel/test/test.hpp"
#include "mm/testing/system.hpp"

namespace {

using mm::Buddy;
using mm::Frame;
using mm::FrameState;
using mm::FrameTable;
using mm::Order;
using mm::PageCount;
using mm::Pfn;

/// A buddy allocator over a frame table with no memory behind it: it must never look at memory.
struct Table {
    explicit Table(std::size_t count) : storage(count), frames(storage), buddy(frames, mm::max_order) {
        for (Frame& frame : storage) frame.assign(FrameState::Boot, mm::shared_domain);
    }
    std::optional<Pfn> take(Order order) {
        const auto first = buddy.take(order);
        if (first) frames.assign(mm::PhysRange::of(*first, order), FrameState::Shared, mm::shared_domain);
        return first;
    }
    std::vector<Frame> storage;
    FrameTable frames;
    Buddy buddy;
};

LACUNA_TEST("mm.buddy", "splits a block and merges it again") {
    Table table(1024);
    table.buddy.give(Pfn{0}, mm::max_order);
    CHECK(table.buddy.free() == PageCount{1024});
    const auto page = table.take(Order{0});
    REQUIRE(page.has_value());
    for (unsigned order = 0; order < 10; ++order) CHECK(table.buddy.blocks(Order{order}) == 1);
    CHECK(table.buddy.blocks(mm::max_order) == 0);
    const Buddy::Block whole = table.buddy.give(*page, Order{0});
    CHECK(whole.first == Pfn{0});
    CHECK(whole.order == mm::max_order);
    CHECK(table.buddy.blocks(mm::max_order) == 1);
}

LACUNA_TEST("mm.buddy", "merges no block that is not in its lists, nor beyond its largest order") {
    Table table(2048);
    table.buddy.give(Pfn{0}, Order{9});
    // What another CPU may see of a frame that is just being taken or given back, without the lock: free, and a head.
    table.frames[Pfn{512}].state = FrameState::Free;
    table.frames[Pfn{512}].flags = mm::frame_flag::block_head | mm::frame_flag::per_cpu_list;
    table.frames[Pfn{512}].order = 9;
    CHECK(table.buddy.give(Pfn{1024}, Order{9}).order == Order{9});
    CHECK(table.buddy.blocks(Order{9}) == 2);
    CHECK(table.buddy.give(Pfn{512}, Order{9}).order == Order{10});
    CHECK(table.buddy.give(Pfn{1536}, Order{9}).order == Order{10});
    CHECK(table.buddy.blocks(Order{10}) == 2);
}

LACUNA_TEST("mm.buddy", "is empty when all is handed out, and whole when all is back") {
    Table table(256);
    table.buddy.give(Pfn{0}, Order{8});
    std::vector<Pfn> taken;
    while (const auto page = table.take(Order{0})) taken.push_back(*page);
    CHECK(taken.size() == 256);
    CHECK_FALSE(table.buddy.take(Order{3}).has_value());
    for (const Pfn page : taken) table.buddy.give(page, Order{0});
    CHECK(table.buddy.blocks(Order{8}) == 1);
}

LACUNA_TEST("mm.buddy", "random use agrees with a map of owned pages") {
    constexpr std::size_t count = 1024;
    Table table(count);
    table.buddy.give(Pfn{0}, mm::max_order);
    std::vector<std::uint8_t> owned(count);
    std::vector<Buddy::Block> blocks;
    mm::testing::Random random;
    std::uint64_t free = count;
    for (int step = 0; step < 20'000; ++step) {
        if (random.below(2) == 0 || blocks.empty()) {
            const Order order{static_cast<unsigned>(random.below(6))};
            const auto first = table.take(order);
            if (!first) continue;
            bool fresh = first->raw() % order.pages().raw() == 0;
            for (std::uint64_t i = 0; i < order.pages().raw(); ++i) fresh = fresh && owned[first->raw() + i]++ == 0;
            REQUIRE(fresh);
            blocks.push_back({*first, order});
            free -= order.pages().raw();
        } else {
            const std::size_t victim = random.below(blocks.size());
            const Buddy::Block block = blocks[victim];
            blocks[victim] = blocks.back();
            blocks.pop_back();
            for (std::uint64_t i = 0; i < block.order.pages().raw(); ++i) --owned[block.first.raw() + i];
            table.buddy.give(block.first, block.order);
            free += block.order.pages().raw();
        }
        REQUIRE(table.buddy.free() == PageCount{free});
    }
    for (const Buddy::Block& block : blocks) table.buddy.give(block.first, block.order);
    CHECK(table.buddy.blocks(mm::max_order) == 1);
}

} // namespace
