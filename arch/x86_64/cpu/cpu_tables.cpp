// SPDX-License-Identifier: MIT
#include "arch/x86_64/cpu/cpu_tables.hpp"

#include "arch/x86_64/cpu/msr.hpp"

#include <arch/cpu.hpp>

namespace arch {

namespace {

constinit std::array<CpuTables, max_cpus> tables;
constinit std::array<PerCpuArea, max_cpus> areas{};
constinit FaultStacks boot_cpu_stacks{};

constexpr std::uint64_t code_segment = 0x00af'9b00'0000'ffff; // 64 bits, ring 0, accessed
constexpr std::uint64_t data_segment = 0x00cf'9300'0000'ffff;

template <std::size_t Size>
std::uint64_t top_of(std::array<std::byte, Size>& stack) {
    return reinterpret_cast<std::uint64_t>(stack.data() + stack.size());
}

void load_segments(const TablePointer& table) {
    asm volatile("lgdt %0\n\t"
                 "pushq %1\n\t"
                 "leaq 1f(%%rip), %%rax\n\t"
                 "pushq %%rax\n\t"
                 "lretq\n"
                 "1:\n\t"
                 "movl %2, %%ds\n\t"
                 "movl %2, %%es\n\t"
                 "movl %2, %%ss\n\t"
                 "ltr %w3"
                 :
                 : "m"(table), "i"(kernel_code_selector), "r"(std::uint32_t{kernel_data_selector}),
                   "r"(task_state_selector)
                 : "rax", "memory");
}

} // namespace

void CpuTables::load(std::uint32_t id, FaultStacks& stacks) {
    state_.ist[0] = top_of(stacks.page_fault);
    state_.ist[1] = top_of(stacks.double_fault);
    state_.ist[2] = top_of(stacks.nmi);
    state_.ist[3] = top_of(stacks.machine_check);

    const auto base = reinterpret_cast<std::uint64_t>(&state_);
    segments_[kernel_code_selector / 8] = code_segment;
    segments_[kernel_data_selector / 8] = data_segment;
    segments_[task_state_selector / 8] =
        (sizeof state_ - 1) | (base & 0xff'ffff) << 16 | std::uint64_t{0x89} << 40 | (base >> 24 & 0xff) << 56;
    segments_[task_state_selector / 8 + 1] = base >> 32;
    load_segments({sizeof segments_ - 1, reinterpret_cast<std::uint64_t>(segments_.data())});

    PerCpuArea& area = areas[id];
    area.self = &area;
    area.id = id;
    write_msr(Msr::GsBase, reinterpret_cast<std::uint64_t>(&area));
}

PerCpuArea& per_cpu_area(unsigned cpu) { return areas[cpu]; }

CpuTables& cpu_tables(unsigned id) { return tables[id]; }

void load_boot_cpu_tables() { tables[0].load(0, boot_cpu_stacks); }

} // namespace arch
