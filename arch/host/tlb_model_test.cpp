// SPDX-License-Identifier: MIT
#include "arch/host/tlb_model.hpp"

#include <array>

#include "kernel/test/test.hpp"

using arch::Level;
using arch::Pte;
using arch::host::TlbModel;

namespace {

/// Five tables in a made-up physical memory, one at each level and a spare, that map one address.
class Tables {
public:
    static constexpr std::uint64_t address = 0x1234'5678'9000;
    static constexpr std::uint64_t frame = 0x7000;

    explicit Tables(arch::PteFlags flags) {
        set(4, Level::Slot, Pte::table(table(3)));
        set(3, Level::Page1G, Pte::table(table(2)));
        set(2, Level::Page2M, Pte::table(table(1)));
        set(1, Level::Page4K, Pte::leaf(mm::PhysAddr{frame}, flags, Level::Page4K));
        model.load_pgd(0, table(4).raw());
        model.load_pgd(1, table(4).raw());
    }

    static mm::PhysAddr table(unsigned number) { return mm::PhysAddr{number * mm::page_size}; }
    void set(unsigned number, Level level, Pte entry) {
        words_[number * 512 + arch::index_of(mm::VirtAddr{address}, level)] = entry.raw();
    }
    bool reached(unsigned cpu = 0) { return model.translate(cpu, address).has_value(); }

private:
    std::array<std::uint64_t, 6 * 512> words_{};

public:
    TlbModel model{[this](std::uint64_t physical) { return words_[physical / 8]; }};
};

} // namespace

LACUNA_TEST("arch.tlb_model", "walks, remembers, and is stale until told") {
    Tables tables(arch::read_write);
    const auto first = tables.model.translate(0, Tables::address + 5);
    REQUIRE(first.has_value());
    CHECK(first->physical == Tables::frame + 5);
    CHECK_FALSE(first->cached);
    tables.set(1, Level::Page4K, Pte{});
    CHECK(tables.reached());
    tables.model.invalidate(0, Tables::address + 17);
    CHECK_FALSE(tables.reached());
}

LACUNA_TEST("arch.tlb_model", "what was not present is not remembered") {
    Tables tables(arch::read_write);
    tables.set(1, Level::Page4K, Pte{});
    CHECK_FALSE(tables.reached());
    tables.set(1, Level::Page4K, Pte::leaf(mm::PhysAddr{Tables::frame}, arch::read_write, Level::Page4K));
    CHECK(tables.reached());
}

LACUNA_TEST("arch.tlb_model", "each CPU has its own") {
    Tables tables(arch::read_write);
    CHECK(tables.reached(0));
    CHECK(tables.reached(1));
    tables.set(1, Level::Page4K, Pte{});
    tables.model.invalidate(0, Tables::address);
    CHECK_FALSE(tables.reached(0));
    CHECK(tables.reached(1));
}

LACUNA_TEST("arch.tlb_model", "global pages survive a load of the top-level table") {
    for (const auto flags : {arch::read_write, arch::read_write | arch::PteFlags::Global}) {
        Tables tables(flags);
        CHECK(tables.reached());
        tables.model.load_pgd(0, Tables::table(5).raw()); // an empty table
        CHECK(tables.reached() == (flags != arch::read_write));
        tables.model.flush_global(0);
        CHECK_FALSE(tables.reached());
    }
}

LACUNA_TEST("arch.tlb_model", "a table pointer is cached, and any INVLPG drops it") {
    Tables tables(arch::read_write);
    CHECK(tables.reached());
    tables.set(2, Level::Page2M, Pte{}); // the table is unlinked, and still walked
    CHECK(tables.model.translate(0, Tables::address + mm::page_size).has_value() == false);
    tables.set(1, Level::Page4K, Pte{});
    tables.model.invalidate(0, 0);
    CHECK(tables.reached()); // the page itself is still known
    tables.model.invalidate(0, Tables::address);
    CHECK_FALSE(tables.reached());
}
