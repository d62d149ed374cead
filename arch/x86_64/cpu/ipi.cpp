// SPDX-License-Identifier: MIT
#include <arch/ipi.hpp>

#include "arch/x86_64/cpu/cpu_tables.hpp"
#include "arch/x86_64/cpu/interrupt_dispatch.hpp"
#include "arch/x86_64/cpu/vectors.hpp"
#include "arch/x86_64/platform/local_apic.hpp"

#include <utility>

namespace arch {

namespace {

static_assert(vector_first_ipi + std::to_underlying(Ipi::Count) <= vector_spurious);

constexpr std::uint8_t vector_of(Ipi kind) {
    return static_cast<std::uint8_t>(vector_first_ipi + std::to_underlying(kind));
}

} // namespace

void set_ipi_handler(Ipi kind, void (*handler)()) {
    set_vector_handler(
        vector_of(kind), [](void* function) { reinterpret_cast<void (*)()>(function)(); },
        reinterpret_cast<void*>(handler));
}

void send_ipi(unsigned cpu, Ipi kind) { send_interrupt(cpu_tables(cpu).apic_id(), vector_of(kind)); }

void send_stop_nmi(unsigned cpu) { send_nmi(cpu_tables(cpu).apic_id()); }

} // namespace arch
