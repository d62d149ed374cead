// SPDX-License-Identifier: MIT
// What the CPU must refuse, each provoked once.

#include "arch/x86_64/cpu/control_registers.hpp"
#include "kernel/test/test.hpp"
#include "mm/tables/direct_map.hpp"

#include <arch/features.hpp>
#include <arch/image.hpp>
#include <arch/irq.hpp>
#include <arch/probe.hpp>
#include <arch/tlb.hpp>
#include <arch/trap.hpp>

#include <array>

namespace {

using arch::Level;
using arch::Pte;
using arch::PteFlags;

// A page of users' memory, in the lower half of whatever page table is loaded.
constexpr mm::VirtAddr user_page{0x7000'0000'0000};
constexpr std::byte return_instruction{0xc3};

alignas(mm::page_size) constinit std::array<Pte, arch::entries_per_table> user_tables[3]{};
alignas(mm::page_size) constinit std::array<std::byte, mm::page_size> user_memory{};
constinit bool fetch_refused = false;

template <class T>
mm::PhysAddr phys_of(const T& object) {
    return arch::image_to_phys(mm::VirtAddr{reinterpret_cast<std::uint64_t>(&object)});
}

/// Maps user_memory at user_page for its lifetime. Interrupts must stay off: nobody else is to see
/// it.
class UserMapping {
public:
    UserMapping() {
        const auto hang = [](mm::PhysAddr table) {
            return Pte{Pte::table(table).raw() | static_cast<std::uint64_t>(PteFlags::User)};
        };
        user_tables[0][index_of(user_page, Level::Page4K)] =
            Pte::leaf(phys_of(user_memory), PteFlags::Writable | PteFlags::User, Level::Page4K);
        user_tables[1][index_of(user_page, Level::Page2M)] = hang(phys_of(user_tables[0]));
        user_tables[2][index_of(user_page, Level::Page1G)] = hang(phys_of(user_tables[1]));
        slot() = hang(phys_of(user_tables[2]));
    }
    ~UserMapping() {
        slot() = Pte{};
        arch::invalidate_page(user_page.raw());
    }
    UserMapping(const UserMapping&) = delete;
    UserMapping& operator=(const UserMapping&) = delete;

private:
    static Pte& slot() {
        const mm::PhysAddr root{arch::current_pgd() & Pte::address_mask};
        return mm::DirectMap::ptr_present<Pte>(root)[index_of(user_page, Level::Slot)];
    }
};

/// Whether calling `address` faults on the fetch; the handler takes the call back.
bool fetch_faults(mm::VirtAddr address) {
    const auto previous = arch::set_page_fault_handler([](arch::TrapFrame& frame, const arch::PageFault& fault) {
        fetch_refused = fault.fetch;
        frame.rip = *reinterpret_cast<const std::uint64_t*>(frame.rsp);
        frame.rsp += 8;
    });
    fetch_refused = false;
    reinterpret_cast<void (*)()>(address.raw())();
    arch::set_page_fault_handler(previous);
    return fetch_refused;
}

} // namespace

LACUNA_TEST("arch.protection", "CR4 has what CPUID offers and nothing else") {
    const auto& features = arch::cpu_features();
    const std::uint64_t cr4 = arch::read_cr4();
    const auto is_set = [cr4](std::uint64_t bit) { return (cr4 & bit) != 0; };
    CHECK(is_set(arch::cr4_global_pages) == features.global_pages);
    CHECK(is_set(arch::cr4_smep) == features.smep);
    CHECK(is_set(arch::cr4_smap) == features.smap);
    CHECK(is_set(arch::cr4_umip) == features.umip);
    const std::uint64_t cr0 = arch::read_cr0();
    CHECK((cr0 & arch::cr0_write_protect) != 0);
    CHECK((cr0 & (arch::cr0_cache_disable | arch::cr0_not_write_through)) == 0);
}

LACUNA_TEST("arch.protection", "data is not executed") {
    const arch::IrqGuard guard;
    user_memory[0] = return_instruction;
    CHECK(fetch_faults(mm::VirtAddr{reinterpret_cast<std::uint64_t>(user_memory.data())}));
}

LACUNA_TEST("arch.protection", "no section that is not writable can be written") {
    for (const arch::ImageSection& section : arch::image_sections()) {
        if (section.begin == section.end || (section.flags & PteFlags::Writable) != PteFlags::None) continue;
        std::byte first;
        REQUIRE(arch::probe_read(section.begin, {&first, 1}) == 1);
        CHECK_FALSE(arch::probe_write(section.begin, first));
    }
}

LACUNA_TEST("arch.protection", "users' pages are neither touched nor run") {
    const auto& features = arch::cpu_features();
    const arch::IrqGuard guard;
    const UserMapping mapping;
    user_memory[0] = return_instruction;
    std::byte read;
    CHECK((arch::probe_read(user_page, {&read, 1}) == 0) == features.smap);
    CHECK(arch::probe_write(user_page, return_instruction) == !features.smap);
    CHECK(fetch_faults(user_page) == features.smep);
}
