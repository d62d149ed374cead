// SPDX-License-Identifier: MIT
// What one namespace owns, nobody else can read: neither through the window nor through the direct map.
#include <algorithm>

#include "kernel/test/test.hpp"
#include "mm/domain/domain.hpp"
#include "mm/memory.hpp"
#include "net/links/link_state.hpp"
#include "tests/isolation/two_namespaces.hpp"

using namespace isolation;

namespace {

std::array<std::uint64_t, 2048> window_addresses, direct_addresses;

/// How many of red's pages can be read, and by whom.
struct Reach {
    std::size_t pages = 0;
    std::size_t by_owner = 0;
    std::size_t by_others = 0;     ///< through the window, from blue and from outside
    std::size_t by_direct_map = 0; ///< from anywhere
    bool undisturbed = false;      ///< red owned the same pages before and after
};

/// A sum over the page numbers that tells one set of pages from another.
std::uint64_t fingerprint(std::span<const OwnedPage> pages) {
    std::uint64_t sum = pages.size();
    for (const OwnedPage& page : pages) sum = sum * 1'000'003 + page.pfn.raw();
    return sum;
}

Reach look(TwoNamespaces& two) {
    // Time for packets under way, and for the stacks of tasks that have just ended.
    static_cast<void>(kernel::sleep_for(kernel::milliseconds(50)));
    const auto pages = pages_of(two.red());
    const std::uint64_t before = fingerprint(pages);
    for (std::size_t i = 0; i < pages.size(); ++i) {
        window_addresses[i] = in_window(pages[i].pfn);
        direct_addresses[i] = in_direct_map(pages[i].pfn);
    }
    const auto window = std::span(window_addresses).first(pages.size());
    const auto direct = std::span(direct_addresses).first(pages.size());
    Reach reach{.pages = pages.size()};
    reach.by_others = readable(&two.blue(), window) + readable(nullptr, window);
    reach.by_direct_map = readable(&two.blue(), direct) + readable(nullptr, direct);
    // The task that looks from inside brings a stack of its own, so this comes last.
    reach.undisturbed = fingerprint(pages_of(two.red())) == before;
    reach.by_owner = readable(&two.red(), window);
    if (!owners_use_direct_map()) reach.by_direct_map += readable(&two.red(), direct);
    return reach;
}

void sleep_for_ever(void*) {
    while (kernel::sleep_for(kernel::seconds(3600))) {
    }
}

/// Nobody but red reads `address` of red's window, nor the same byte through the direct map.
void expect_private(TwoNamespaces& two, std::uint64_t address) {
    REQUIRE(address != 0);
    const std::uint64_t physical = address - in_window(mm::Pfn{0});
    const std::array window{address};
    const std::array direct{in_direct_map(mm::Pfn{0}) + physical};
    CHECK(readable(&two.red(), window) == 1);
    CHECK(readable(&two.blue(), window) == 0);
    CHECK(readable(nullptr, window) == 0);
    CHECK(readable(&two.red(), direct) == (owners_use_direct_map() ? 1 : 0));
    CHECK(readable(&two.blue(), direct) == 0);
    CHECK(readable(nullptr, direct) == 0);
    // And once for real: a plain read from blue ends the task that does it.
    CHECK(read_is_fatal(two.blue(), window[0]));
    CHECK(read_is_fatal(two.blue(), direct[0]));
}

} // namespace

LACUNA_TEST("isolation.reach", "every page of a namespace in use is its owner's alone") {
    if (!isolates()) SKIP("nothing is isolated with isolation=none");
    TwoNamespaces two;
    REQUIRE(two.ready());
    // Packets may still be on their way, and their frames with them: what counts is a look during which
    // nothing changed hands.
    for (unsigned attempt = 0; attempt < 10; ++attempt) {
        const Reach reach = look(two);
        if (!reach.undisturbed) continue;
        CHECK(reach.pages > 16);
        CHECK(reach.by_owner == reach.pages);
        CHECK(reach.by_others == 0);
        CHECK(reach.by_direct_map == 0);
        return;
    }
    FAIL("the namespace's pages never stayed the same for the length of a look");
}

LACUNA_TEST("isolation.reach", "a namespace in use has every kind of exclusive page") {
    TwoNamespaces two;
    REQUIRE(two.ready());
    const auto pages = pages_of(two.red());
    for (const auto state :
         {mm::FrameState::Exclusive, mm::FrameState::SlabExclusive, mm::FrameState::Stack, mm::FrameState::Image}) {
        CHECK(std::ranges::count(pages, state, &OwnedPage::state) > 0);
    }
    const bool has_heap = kernel::memory().policies().heap == mm::Heap::Mimalloc;
    CHECK((std::ranges::count(pages, mm::FrameState::HeapExclusive, &OwnedPage::state) > 0) == has_heap);
}

LACUNA_TEST("isolation.reach", "a TCP control block") {
    if (!isolates()) SKIP("nothing is isolated with isolation=none");
    TwoNamespaces two;
    REQUIRE(two.ready());
    expect_private(two, object_of(two.red(), "tcp_pcb"));
    CHECK(two.talk());
}

LACUNA_TEST("isolation.reach", "a kmalloc block") {
    if (!isolates()) SKIP("nothing is isolated with isolation=none");
    TwoNamespaces two;
    REQUIRE(two.ready());
    std::uint64_t address = 0;
    CHECK(kernel::run_inside(two.red(), [&] {
        const auto block = two.red().domain().kmalloc(200);
        if (block) address = reinterpret_cast<std::uintptr_t>(*block);
    }));
    expect_private(two, address);
}

LACUNA_TEST("isolation.reach", "a packet buffer") {
    if (!isolates()) SKIP("nothing is isolated with isolation=none");
    TwoNamespaces two;
    REQUIRE(two.ready());
    std::uint64_t address = 0;
    CHECK(kernel::run_inside(two.red(), [&] {
        auto frame = net::link_state->frames.take();
        if (!frame) return;
        address = reinterpret_cast<std::uintptr_t>(frame->bytes().data());
        net::link_state->frames.put(std::move(*frame));
    }));
    expect_private(two, address);
    CHECK(two.talk());
}

LACUNA_TEST("isolation.reach", "a kernel stack in use") {
    if (!isolates()) SKIP("nothing is isolated with isolation=none");
    TwoNamespaces two;
    REQUIRE(two.ready());
    // Of a task that stays: stacks of tasks that have ended change hands.
    const auto sleeper = kernel::spawn_process(&two.red(), {.name = "sleeper", .function = sleep_for_ever});
    REQUIRE(sleeper.has_value());
    static_cast<void>(kernel::sleep_for(kernel::milliseconds(2)));
    expect_private(two, (*sleeper)->stack().top() - sizeof(std::uint64_t));
    CHECK(two.talk());
}

LACUNA_TEST("isolation.reach", "lwIP's state, at its own address and behind it") {
    if (!isolates()) SKIP("nothing is isolated with isolation=none");
    TwoNamespaces two;
    REQUIRE(two.ready());
    const auto pages = pages_of(two.red());
    const auto image = std::ranges::find(pages, mm::FrameState::Image, &OwnedPage::state);
    REQUIRE(image != pages.end());
    expect_private(two, in_window(image->pfn));
    // Both have something at the image's address, and it is not the same thing.
    std::uint64_t in_red = 0, in_blue = 0;
    CHECK(kernel::run_inside(two.red(), [&] { in_red = reinterpret_cast<std::uintptr_t>(net::link_state); }));
    CHECK(kernel::run_inside(two.blue(), [&] { in_blue = reinterpret_cast<std::uintptr_t>(net::link_state); }));
    CHECK(in_red != 0);
    CHECK(in_red != in_blue);
    CHECK(two.talk());
}
