// SPDX-License-Identifier: MIT
#include "mm/tables/workshop.hpp"

#include <vector>

#include "kernel/test/test.hpp"
#include "mm/testing/many_cpus.hpp"
#include "mm/testing/test_domain.hpp"

using namespace mm;
using mm::testing::AsCpu;
using mm::testing::ManyCpus;
using mm::testing::TestDomain;
using mm::testing::TestMemory;
using mm::testing::TestPlan;

namespace {

constexpr VirtAddr first_slot{arch::workshop_base};

/// What a visitor sees. Its pointers lead to the test's own memory.
struct Look {
    TestMemory* memory;
    std::byte seen{};
    bool interrupts = true;
    unsigned others = 0; ///< other CPUs that can touch the slot meanwhile

    void operator()(const std::byte* page) {
        seen = *page;
        interrupts = arch::interrupts_enabled();
        for (unsigned cpu = 1; cpu < 4; ++cpu) others += memory->can_touch(first_slot, cpu) ? 1 : 0;
    }
};

/// A page out of the direct map that holds sevens.
Pfn detached(TestMemory& memory, unsigned number) {
    const PhysRange page = TestMemory::page(0, number);
    std::fill_n(memory.machine.at(page.begin), page_size, std::byte{7});
    const bool removed = memory.direct_map().remove(page).has_value();
    kernel::ensure(removed, "no table to split with");
    return Pfn::of(page.begin);
}

} // namespace

LACUNA_TEST("mm.workshop", "shows a frame that the direct map lacks, to its CPU alone, and leaves no trace") {
    for (const Scheme scheme : {Scheme::Window, Scheme::Clone, Scheme::Keyed, Scheme::InPlace}) {
        for (const Pcid pcid : {Pcid::Off, Pcid::On}) {
            if (pcid == Pcid::On && scheme != Scheme::Window) continue;
            TestMemory memory({.scheme = scheme});
            const ManyCpus<TestMemory> cpus(memory, 4, pcid);
            TestDomain red(memory, DomainId{1});
            const auto red_space = red.space();
            {
                // One CPU runs the kernel's address space, one a domain's, one the same as the visitor.
                const AsCpu there(2);
                memory.spaces.load(*red_space);
            }
            memory.spaces.load(*red_space);
            const std::uint64_t before = arch::current_cr3();
            Look look{.memory = &memory};
            memory.spaces.workshop().visit(detached(memory, 3), look);
            CHECK(look.seen == std::byte{7});
            CHECK_FALSE(look.interrupts);
            CHECK(look.others == 0);
            CHECK(arch::interrupts_enabled());
            CHECK(arch::current_cr3() == before);
            for (unsigned cpu = 0; cpu < 4; ++cpu) CHECK_FALSE(memory.can_touch(first_slot, cpu));
            bool known = false;
            memory.machine.tlb().for_each_held(0, [&](std::uint64_t address) {
                known = known || arch::slot_of(address) == arch::workshop_slot;
            });
            CHECK_FALSE(known);
            for (const unsigned cpu : {0u, 2u}) {
                const AsCpu there(cpu);
                memory.spaces.load(memory.spaces.kernel_space());
            }
            memory.direct_map().restore(TestMemory::page(0, 3));
            const std::array members{red.member()};
            CHECK(memory.audit(members).clean());
        }
    }
}

LACUNA_TEST("mm.workshop", "clears more frames than it has room for at a time, and no others") {
    TestMemory memory;
    std::vector<Pfn> frames;
    constexpr unsigned count = 2 * Workshop::capacity + 3;
    for (unsigned i = 0; i < count; ++i) frames.push_back(detached(memory, 2 * i));
    const Pfn spared = detached(memory, 1);
    memory.spaces.workshop().zero(frames);
    for (const Pfn pfn : frames) {
        const std::span page(memory.machine.at(pfn.address()), page_size);
        CHECK(std::ranges::all_of(page, [](std::byte byte) { return byte == std::byte{0}; }));
    }
    const std::span page(memory.machine.at(spared.address()), page_size);
    CHECK(std::ranges::all_of(page, [](std::byte byte) { return byte == std::byte{7}; }));
    CHECK(memory.audit().clean() == false); // holes that no state accounts for: the test's own
}

LACUNA_TEST("mm.workshop", "what a visitor brought does not stay there") {
    TestMemory memory;
    struct Visitor {
        std::uint64_t secret = 0x5ec7'e700'5ec7'e700;
        std::uint64_t* kept = nullptr;
        void operator()(const std::byte*) { kept = &secret; }
    } visitor;
    memory.spaces.workshop().visit(detached(memory, 3), visitor);
    REQUIRE(visitor.kept != nullptr);
    CHECK(visitor.kept != &visitor.secret);
    CHECK(*visitor.kept == 0);
}
