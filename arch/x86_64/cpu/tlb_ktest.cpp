// SPDX-License-Identifier: MIT
#include <arch/features.hpp>
#include <arch/pgd.hpp>
#include <arch/tlb.hpp>

#include "arch/x86_64/cpu/control_registers.hpp"
#include "kernel/main/system.hpp"
#include "kernel/test/test.hpp"
#include "mm/domain/domain.hpp"
#include "mm/memory.hpp"
#include "mm/testing/system.hpp"

using mm::testing::Inside;
using mm::testing::System;

LACUNA_TEST("arch.tlb", "PCIDs are in use where the CPU has them, and nowhere else") {
    const auto& policies = kernel::options().policies;
    const bool wanted = policies.pcid == mm::Pcid::On && arch::cpu_features().pcid &&
                        arch::cpu_features().global_pages && policies.isolation == mm::Isolation::Pgd;
    CHECK(((arch::read_cr4() & arch::cr4_pcid) != 0) == wanted);
    if (!wanted) SKIP("no PCIDs");
    System system;
    CHECK((arch::current_cr3() & 0xfff) == 0); // the kernel's address space
    const auto red = mm::Domain::create(system.memory(), mm::DomainKind::Net, "red");
    REQUIRE(red.has_value());
    const Inside inside(system.spaces(), **red);
    CHECK((arch::current_cr3() & 0xfff) != 0);
    CHECK((arch::current_cr3() & 0xfff) < mm::PcidSlots::count);
}

LACUNA_TEST("arch.tlb", "INVPCID of every type is taken") {
    if (!arch::cpu_features().invpcid) SKIP("the CPU has no INVPCID");
    System system;
    const auto address = reinterpret_cast<std::uintptr_t>(&system);
    const std::uint64_t other = (arch::read_cr4() & arch::cr4_pcid) != 0 ? 5 : 0;
    for (const std::uint64_t pcid : {std::uint64_t{0}, other}) {
        arch::invalidate_pcid(arch::Invpcid::Address, pcid, address);
        arch::invalidate_pcid(arch::Invpcid::Context, pcid);
    }
    arch::invalidate_pcid(arch::Invpcid::AllNonGlobal);
    arch::invalidate_pcid(arch::Invpcid::All);
    CHECK(&system.memory() == &kernel::memory()); // still here
}
