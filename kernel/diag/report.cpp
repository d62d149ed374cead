// SPDX-License-Identifier: MIT
#include "kernel/diag/report.hpp"

#include <arch/backtrace.hpp>
#include <arch/trap.hpp>
#include <array>

#include "kernel/base/console.hpp"
#include "kernel/diag/symbols.hpp"
#include "kernel/ns/net_namespace.hpp"
#include "kernel/sched/task.hpp"

namespace kernel::diag {

void print_location(std::uint64_t address) {
    if (const auto symbol = find_symbol(address)) {
        print("  {:#018x} {}+{:#x}\n", address, symbol->name, address - symbol->begin);
    } else {
        print("  {:#018x}\n", address);
    }
}

void print_backtrace(std::uint64_t instruction, std::uint64_t frame_pointer) {
    constexpr std::size_t deepest = 24;
    std::array<std::uint64_t, deepest> addresses;
    write("backtrace:\n");
    if (instruction != 0) print_location(instruction);
    const std::size_t count = arch::backtrace(frame_pointer, addresses);
    for (std::size_t i = 0; i < count; ++i) print_location(addresses[i]);
    if constexpr (!arch::has_frame_pointers) write("  and no more: this kernel was built without frame pointers\n");
}

void print_registers(const arch::TrapFrame& frame) {
    unsigned column = 0;
    arch::for_each_register(frame, [&column](std::string_view name, std::uint64_t value) {
        print("  {:>6} {:016x}{}", name, value, ++column % 3 == 0 ? "\n" : "");
    });
    if (column % 3 != 0) write("\n");
}

void print_current_task() {
    if (!scheduler_running()) {
        write("no task yet");
        return;
    }
    const Task& task = current();
    const NetNamespace* const ns = task.net_namespace();
    print("task '{}' ({}) ", task.name(), task.id());
    if (ns != nullptr) {
        print("in namespace {}", ns->name());
    } else {
        write("outside all namespaces");
    }
}

} // namespace kernel::diag
