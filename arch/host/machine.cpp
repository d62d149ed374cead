// SPDX-License-Identifier: MIT
#include "arch/host/machine.hpp"

#include <algorithm>
#include <arch/access.hpp>
#include <arch/dirty.hpp>
#include <arch/layout.hpp>
#include <arch/pgd.hpp>
#include <arch/protection_keys.hpp>
#include <arch/tlb.hpp>
#include <span>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel/base/assert.hpp"

namespace arch {

namespace host {

namespace {

Machine* current_machine = nullptr;

void* pointer(std::uint64_t address) {
    return reinterpret_cast<void*>(address); // NOLINT(performance-no-int-to-ptr)
}

/// The addresses at which all of physical memory appears.
constexpr std::size_t view_count = 1 + window_slot_count;
std::uint64_t view_base(std::size_t view) {
    return view == 0 ? direct_map_base() : window_base(window_first_slot + static_cast<unsigned>(view) - 1);
}

} // namespace

Machine::Machine(mm::PageCount memory)
    : memory_(memory), file_(memfd_create("lacuna-memory", MFD_CLOEXEC)), tlb_([this](std::uint64_t physical) -> std::uint64_t& {
          return *reinterpret_cast<std::uint64_t*>(at(mm::PhysAddr{physical}));
      }) {
    kernel::ensure(current_machine == nullptr, "two machines in one process");
    const bool sized = file_ >= 0 && ftruncate(file_, static_cast<off_t>(memory.bytes())) == 0;
    kernel::ensure(sized, "no memory for the machine");
    for (std::size_t view = 0; view < view_count; ++view) map_at(view_base(view));
    current_machine = this;
}

Machine::~Machine() {
    current_machine = nullptr;
    for (std::size_t view = 0; view < view_count; ++view) munmap(pointer(view_base(view)), memory_.bytes());
    close(file_);
}

void Machine::map_at(std::uint64_t address) const {
    const void* mapped =
        mmap(pointer(address), memory_.bytes(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE, file_, 0);
    kernel::ensure(mapped == pointer(address), "the address is taken in this process");
}

Machine& Machine::current() {
    kernel::ensure(current_machine != nullptr, "no machine to run on");
    return *current_machine;
}

std::byte* Machine::at(mm::PhysAddr address) {
    kernel::ensure(address.raw() < memory_.bytes(), "beyond the machine's memory");
    return static_cast<std::byte*>(pointer(direct_map_base() + address.raw()));
}

} // namespace host

std::uint64_t current_cr3() { return host::Machine::current().tlb().cr3(cpu_id()); }

std::uint64_t current_pgd() { return current_cr3() & Pte::address_mask; }

void load_pgd(std::uint64_t pgd) { host::Machine::current().tlb().load_cr3(cpu_id(), pgd); }

void enable_pcids() { host::Machine::current().tlb().enable_pcids(cpu_id()); }

std::uint32_t read_key_rights() { return host::Machine::current().tlb().key_rights(cpu_id()); }

void write_key_rights(std::uint32_t rights) { host::Machine::current().tlb().set_key_rights(cpu_id(), rights); }

Pte with_writes(Pte leaf) {
    if (!leaf.present() || leaf.has(PteFlags::Dirty)) return leaf;
    const std::span page(host::Machine::current().at(leaf.address()), mm::page_size);
    const bool zero = std::ranges::all_of(page, [](std::byte byte) { return byte == std::byte{0}; });
    return zero ? leaf : leaf.written();
}

void invalidate_page(std::uintptr_t address) { host::Machine::current().tlb().invalidate(cpu_id(), address); }

void flush_local() { load_pgd(current_cr3()); }

void flush_local_global() { host::Machine::current().tlb().flush_global(cpu_id()); }

void* reach(std::uintptr_t address) {
    auto& machine = host::Machine::current();
    const auto reached = machine.touch(cpu_id(), mm::VirtAddr{address});
    if (!reached) kernel::panic("page fault");
    return machine.at(mm::PhysAddr{reached->physical});
}

} // namespace arch
