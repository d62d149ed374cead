// SPDX-License-Identifier: MIT
#include "arch/x86_64/cpu/interrupt_table.hpp"

#include "arch/x86_64/cpu/descriptors.hpp"

#include <array>

extern "C" const std::uint64_t trap_entries[256];

namespace arch {

namespace {

constinit std::array<GateDescriptor, 256> gates{};

constexpr FaultStack stack_of(unsigned vector) {
    switch (vector) {
    case 2:
        return FaultStack::Nmi;
    case 8:
        return FaultStack::DoubleFault;
    case 14:
        return FaultStack::PageFault;
    case 18:
        return FaultStack::MachineCheck;
    default:
        return FaultStack::None;
    }
}

} // namespace

void build_interrupt_table() {
    for (unsigned vector = 0; vector < gates.size(); ++vector)
        gates[vector] = GateDescriptor::interrupt(trap_entries[vector], stack_of(vector));
}

void load_interrupt_table() {
    const TablePointer pointer{sizeof gates - 1, reinterpret_cast<std::uint64_t>(gates.data())};
    asm volatile("lidt %0" : : "m"(pointer));
}

} // namespace arch
