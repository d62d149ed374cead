// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

/// Interrupts that one CPU sends to another. Precondition of all: the other is running, or has been.
namespace arch {

enum class Ipi : std::uint8_t {
    Reschedule, ///< somebody put a task into your run queue
    Flush,      ///< somebody took a translation away
    Stop,       ///< somebody needs everything to stand still
    Count,
};

/// What a CPU does when one comes: in interrupt context, interrupts off. Boot only.
void set_ipi_handler(Ipi kind, void (*handler)());

/// Interrupts `cpu` as soon as it has interrupts on. Any context.
void send_ipi(unsigned cpu, Ipi kind);

/// Raises an NMI on `cpu`, whatever it does: arrives at the exception handler. For a panic.
void send_stop_nmi(unsigned cpu);

} // namespace arch
