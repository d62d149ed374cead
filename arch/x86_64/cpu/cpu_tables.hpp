// SPDX-License-Identifier: MIT
#pragma once

#include "arch/x86_64/cpu/descriptors.hpp"

#include <arch/per_cpu.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace arch {

/// The stacks of one CPU for faults, each on its own. The page fault's is deeper: reports are
/// written on it, and a fault within the handler continues below the first.
struct alignas(4096) FaultStacks {
    static constexpr std::size_t page_fault_bytes = std::size_t{48} * 1024;
    static constexpr std::size_t nested_offset = std::size_t{32} * 1024; ///< what the first page fault may use
    static constexpr std::size_t other_bytes = std::size_t{16} * 1024;
    std::array<std::byte, page_fault_bytes> page_fault;
    std::array<std::byte, other_bytes> double_fault;
    std::array<std::byte, other_bytes> nmi;
    std::array<std::byte, other_bytes> machine_check;
};

/// A CPU's own segment table and task state.
class CpuTables {
public:
    /// Makes them the running CPU's. `stacks` must outlive the CPU; `id` is its number in cpu_id().
    void load(std::uint32_t id, FaultStacks& stacks);

    /// What interrupts for this CPU are addressed to.
    std::uint32_t apic_id() const { return apic_id_; }
    void set_apic_id(std::uint32_t apic_id) { apic_id_ = apic_id; }

    /// A page fault inside the page fault handler would start again at the same stack top and
    /// overwrite it. While one is handled the next one's stack therefore starts lower.
    void enter_page_fault() { state_.ist[0] -= FaultStacks::nested_offset; }
    void leave_page_fault() { state_.ist[0] += FaultStacks::nested_offset; }

private:
    std::uint32_t apic_id_ = 0;
    std::array<std::uint64_t, 5> segments_{};
    TaskState state_{};
};

/// The tables of the CPU with number `id`.
CpuTables& cpu_tables(unsigned id);

/// Gives the boot CPU its tables and stacks, with number 0.
void load_boot_cpu_tables();

} // namespace arch
