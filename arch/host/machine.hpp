// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "arch/host/tlb_model.hpp"
#include "mm/addr.hpp"

namespace arch::host {

/// The hardware that a host test runs on: physical memory (an anonymous file), mapped at the direct
/// map's address and again at every window's, and the CPUs' TLB model. Pointers that mm/ hands out can
/// therefore be dereferenced whatever the page tables say; `touch` says what a CPU would have done.
/// One at a time in a process, because the addresses are fixed. Not copyable; memory starts zeroed.
class Machine {
public:
    explicit Machine(mm::PageCount memory);
    ~Machine();
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    /// The machine that the process runs on at present. Precondition: there is one.
    static Machine& current();

    mm::PageCount memory() const { return memory_; }
    TlbModel& tlb() { return tlb_; }

    /// Memory by physical address, present in any page table or not.
    std::byte* at(mm::PhysAddr address);

    /// Where CPU `cpu` ends up when it touches `address`: nothing is a page fault.
    std::optional<TlbModel::Translation> touch(unsigned cpu, mm::VirtAddr address) {
        return tlb_.translate(cpu, address.raw());
    }

    /// Writes a word as CPU `cpu` does, by what it has cached; false where it would fault, with nothing written.
    bool write(unsigned cpu, mm::VirtAddr address, std::uint64_t value) {
        const auto reached = tlb_.translate(cpu, address.raw(), TlbModel::Access::Write);
        if (reached) *reinterpret_cast<std::uint64_t*>(at(mm::PhysAddr{reached->physical})) = value;
        return reached.has_value();
    }

private:
    void map_at(std::uint64_t address) const;

    mm::PageCount memory_;
    int file_;
    TlbModel tlb_;
};

} // namespace arch::host
