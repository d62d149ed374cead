// SPDX-License-Identifier: MIT
// What a namespace leaves when it goes: frames of zeros, and all of them.
#include "kernel/ns/frame_balance.hpp"
#include "kernel/test/test.hpp"
#include "mm/domain/domain.hpp"
#include "mm/memory.hpp"
#include "tests/isolation/two_namespaces.hpp"

using namespace isolation;

namespace {

constexpr std::uint64_t mark = 0x5ec2'e75e'c2e7'5ec2;
constexpr std::size_t marked_pages = 64;

std::array<mm::Pfn, marked_pages> marked;

/// The words of a frame that is nobody's that still hold the mark.
std::size_t marks_in(mm::Pfn pfn) {
    struct Counter {
        std::size_t found = 0;
        void operator()(const std::byte* page) {
            const auto* const words = reinterpret_cast<const std::uint64_t*>(page);
            for (std::size_t i = 0; i < mm::page_size / sizeof(std::uint64_t); ++i) found += words[i] == mark ? 1 : 0;
        }
    } counter;
    kernel::memory().workshop().visit(pfn, counter);
    return counter.found;
}

} // namespace

LACUNA_TEST("isolation.leftovers", "a destroyed namespace's frames hold nothing of it") {
    TwoNamespaces two;
    REQUIRE(two.ready());
    std::size_t count = 0;
    CHECK(kernel::run_inside(two.red(), [&] {
        for (mm::Pfn& pfn : marked) {
            const auto page = two.red().domain().alloc_block(mm::order_4k, mm::Zero::No, mm::FrameState::Exclusive);
            if (!page) return;
            auto* const words = reinterpret_cast<std::uint64_t*>(two.red().domain().frame_ptr(*page));
            for (std::size_t i = 0; i < mm::page_size / sizeof(std::uint64_t); ++i) words[i] = mark;
            pfn = *page;
            ++count;
        }
    }));
    REQUIRE(count == marked_pages);
    two.end_red();
    for (mm::Pfn pfn : marked) CHECK(marks_in(pfn) == 0);
}

LACUNA_TEST("isolation.leftovers", "a destroyed namespace's heap holds nothing of it") {
    TwoNamespaces two;
    REQUIRE(two.ready());
    std::size_t count = 0;
    CHECK(kernel::run_inside(two.red(), [&] {
        mm::Domain& domain = two.red().domain();
        for (mm::Pfn& pfn : marked) {
            const auto block = domain.kmalloc(3000);
            if (!block) return;
            auto* const words = static_cast<std::uint64_t*>(*block);
            for (std::size_t i = 0; i < 3000 / sizeof(std::uint64_t); ++i) words[i] = mark;
            pfn = domain.frame_of(words);
            ++count;
        }
    }));
    REQUIRE(count == marked_pages);
    two.end_red();
    for (mm::Pfn pfn : marked) CHECK(marks_in(pfn) == 0);
}

LACUNA_TEST("isolation.leftovers", "a hundred lives with TCP traffic cost not one frame") {
    {
        const TwoNamespaces warm_up;
    }
    const mm::PageCount before = kernel::frame_balance();
    for (unsigned life = 0; life < 100; ++life) {
        TwoNamespaces two;
        REQUIRE(two.ready());
    }
    CHECK(kernel::frame_balance().raw() >= before.raw());
}
