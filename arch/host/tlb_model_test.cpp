// SPDX-License-Identifier: MIT
#include "arch/host/tlb_model.hpp"

#include <arch/pgd.hpp>
#include <array>

#include "kernel/test/test.hpp"

using arch::Level;
using arch::Pte;
using arch::host::Invpcid;
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
        model.load_cr3(0, table(4).raw());
        model.load_cr3(1, table(4).raw());
    }

    /// Loads the tables, or an empty one, with a PCID; keeps what is cached under it or not.
    void load(std::uint64_t pcid, std::uint64_t keep = 0) { model.load_cr3(0, table(4).raw() | pcid | keep); }
    void load_empty(std::uint64_t pcid, std::uint64_t keep = 0) { model.load_cr3(0, table(5).raw() | pcid | keep); }

    static mm::PhysAddr table(unsigned number) { return mm::PhysAddr{number * mm::page_size}; }
    void set(unsigned number, Level level, Pte entry) {
        words_[number * 512 + arch::index_of(mm::VirtAddr{address}, level)] = entry.raw();
    }
    Pte leaf() const { return Pte{words_[512 + arch::index_of(mm::VirtAddr{address}, Level::Page4K)]}; }
    bool written(unsigned cpu = 0) { return model.translate(cpu, address, TlbModel::Access::Write).has_value(); }
    bool reached(unsigned cpu = 0) { return model.translate(cpu, address).has_value(); }

private:
    std::array<std::uint64_t, 6 * 512> words_{};

public:
    TlbModel model{[this](std::uint64_t physical) -> std::uint64_t& { return words_[physical / 8]; }};
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
        tables.model.load_cr3(0, Tables::table(5).raw()); // an empty table
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

LACUNA_TEST("arch.tlb_model", "a PCID keeps its translations while others are loaded, and no other finds them") {
    Tables tables(arch::read_write);
    tables.model.enable_pcids(0);
    tables.load(1);
    CHECK(tables.reached());
    tables.load_empty(2);
    CHECK_FALSE(tables.reached());
    tables.load_empty(1, arch::keep_translations);
    CHECK(tables.reached()); // stale, as the processor would be
    tables.load_empty(1);
    CHECK_FALSE(tables.reached());
}

LACUNA_TEST("arch.tlb_model", "INVLPG drops the page under the PCID in use, and a global one under all") {
    for (const bool global : {false, true}) {
        Tables tables(global ? arch::read_write | arch::PteFlags::Global : arch::read_write);
        tables.model.enable_pcids(0);
        tables.load(1);
        CHECK(tables.reached());
        tables.set(1, Level::Page4K, Pte{});
        tables.load(2);
        CHECK(tables.reached() == global);
        tables.model.invalidate(0, Tables::address);
        tables.load(1, arch::keep_translations);
        CHECK(tables.reached() == !global);
    }
}

LACUNA_TEST("arch.tlb_model", "INVLPG leaves the table pointers that other PCIDs have") {
    Tables tables(arch::read_write | arch::PteFlags::Global);
    tables.model.enable_pcids(0);
    tables.load(1);
    CHECK(tables.reached());
    tables.load(2);
    tables.set(2, Level::Page2M, Pte{}); // the last table is unlinked
    tables.model.invalidate(0, Tables::address);
    CHECK_FALSE(tables.reached());
    tables.load(1, arch::keep_translations);
    CHECK(tables.reached()); // by way of a table that may belong to somebody else by now
}

LACUNA_TEST("arch.tlb_model", "each type of INVPCID drops what it says") {
    struct Expected {
        Invpcid type;
        bool own;    ///< the named PCID's translation is still there
        bool other;  ///< another PCID's is
        bool global; ///< a global one is
    };
    for (const Expected& row :
         {Expected{Invpcid::Address, false, true, true}, Expected{Invpcid::Context, false, true, true},
          Expected{Invpcid::All, false, false, false}, Expected{Invpcid::AllNonGlobal, false, false, true}}) {
        for (const std::uint64_t pcid : {1u, 2u}) {
            Tables tables(arch::read_write);
            tables.model.enable_pcids(0);
            tables.load(pcid);
            CHECK(tables.reached());
            tables.load_empty(3);
            tables.model.invalidate_pcid(0, row.type, 1, Tables::address);
            tables.load_empty(pcid, arch::keep_translations);
            CHECK(tables.reached() == (pcid == 1 ? row.own : row.other));
        }
        Tables tables(arch::read_write | arch::PteFlags::Global);
        tables.model.enable_pcids(0);
        tables.load(1);
        CHECK(tables.reached());
        tables.load_empty(1);
        tables.model.invalidate_pcid(0, row.type, 1, Tables::address);
        CHECK(tables.reached() == row.global);
    }
}

LACUNA_TEST("arch.tlb_model", "a first write is noted in the table, and finds an entry that has gone") {
    Tables tables(arch::read_write);
    const Pte clean = Pte::leaf(mm::PhysAddr{Tables::frame}, arch::read_write, Level::Page4K).clean();
    tables.set(1, Level::Page4K, clean);
    CHECK(tables.reached(0));
    CHECK(tables.reached(1));
    CHECK(tables.leaf() == clean);
    CHECK(tables.written(0));
    CHECK(tables.leaf() == clean.written());
    // CPU 0 has it cached as written to, CPU 1 has not.
    tables.set(1, Level::Page4K, Pte{});
    CHECK(tables.written(0));
    CHECK(tables.reached(1));
    CHECK_FALSE(tables.written(1));
    CHECK_FALSE(tables.reached(1)); // a fault forgets
    CHECK(tables.leaf() == Pte{});
}

LACUNA_TEST("arch.tlb_model", "what is read-only is not written to, nor noted as such") {
    Tables tables(arch::read_only);
    const Pte clean = Pte::leaf(mm::PhysAddr{Tables::frame}, arch::read_only, Level::Page4K).clean();
    tables.set(1, Level::Page4K, clean);
    CHECK(tables.reached());
    CHECK_FALSE(tables.written());
    CHECK(tables.leaf() == clean);
}
