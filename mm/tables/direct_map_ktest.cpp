// SPDX-License-Identifier: MIT
#include <arch/cpu.hpp>
#include <arch/probe.hpp>
#include <arch/tlb.hpp>
#include <span>

#include "kernel/base/events.hpp"
#include "kernel/test/mutant_scope.hpp"
#include "kernel/test/test.hpp"
#include "mm/memory.hpp"

using namespace mm;
using kernel::Event;

namespace {

bool readable(PhysAddr address) {
    std::byte byte{};
    return arch::probe_read(DirectMap::virt(address), std::span(&byte, 1)) == 1;
}

/// A 2 MiB block of shared memory, and one page in the middle of it.
struct Block {
    Block() : pages(kernel::memory().alloc_pages(order_2m, Zero::No)) {}
    PhysRange page() const { return PhysRange::of(pages->first() + PageCount{100}, order_4k); }
    kernel::Result<OwnedPages> pages;
};

} // namespace

LACUNA_TEST("mm.direct_map.hardware", "a hole faults, its neighbours do not, and it heals") {
    const Block block;
    REQUIRE(block.pages.has_value());
    DirectMap& map = kernel::memory().direct_map();
    const PhysRange page = block.page();
    const auto before = kernel::snapshot_events();
    {
        const arch::PreemptGuard no_switch; // a write to CR3 would flush as well, and hide a flush that is missing
        REQUIRE(readable(page.begin));
        REQUIRE(map.remove(page).has_value());
        CHECK(!readable(page.begin));
        CHECK(!readable(page.end - 1));
        CHECK(readable(page.begin - 1));
        CHECK(readable(page.end));
        map.restore(page);
    }
    CHECK(readable(page.begin));
    const auto events = kernel::snapshot_events().since(before);
    CHECK(events[Event::Splits] == events[Event::Heals]);
}

LACUNA_TEST("mm.direct_map.hardware", "a whole block faults from end to end") {
    const Block block;
    REQUIRE(block.pages.has_value());
    DirectMap& map = kernel::memory().direct_map();
    const PhysRange whole = PhysRange::of(block.pages->first(), order_2m);
    const auto reached_pages = [&] {
        std::size_t reached = 0;
        for (PhysAddr at = whole.begin; at < whole.end; at += page_size) reached += readable(at) ? 1 : 0;
        return reached;
    };
    std::size_t before = 0;
    std::size_t after = 0;
    bool removed = false;
    {
        const arch::PreemptGuard no_switch; // a write to CR3 would flush as well, and hide a flush that is missing
        before = reached_pages();
        removed = map.remove(whole).has_value();
        after = reached_pages();
    }
    REQUIRE(removed);
    CHECK(before == order_2m.pages().raw());
    CHECK(after == 0);
    map.restore(whole);
    CHECK(readable(whole.begin));
}

LACUNA_TEST("mm.direct_map.hardware", "a flush that is skipped leaves a stale entry") {
    // Under QEMU only 4 KiB pages everywhere show it: an INVLPG near a large page flushes all.
    DirectMap& map = kernel::memory().direct_map();
    if (map.largest_leaf() != arch::Level::Page4K) SKIP("needs directmap.leaf=4K");
    const Block block;
    REQUIRE(block.pages.has_value());
    const PhysRange page = block.page();
    bool stale = false;
    bool after_flush = false;
    bool removed = true;
    // The emulator forgets a translation now and then when it runs other code in between, such as a tick's.
    for (unsigned round = 0; round < 20 && removed && !stale; ++round) {
        const arch::PreemptGuard no_switch;      // a write to CR3 would flush as well
        static_cast<void>(readable(page.begin)); // cached from here on
        {
            const kernel::test::MutantScope broken(kernel::Mutant::SkipInvlpg);
            removed = map.remove(page).has_value();
        }
        stale = readable(page.begin);
        arch::invalidate_page(DirectMap::virt(page.begin).raw());
        after_flush = after_flush || readable(page.begin);
        if (removed) map.restore(page);
    }
    REQUIRE(removed);
    CHECK(stale);
    CHECK(!after_flush);
}
