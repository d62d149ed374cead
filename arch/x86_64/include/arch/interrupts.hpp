// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

#include <cstdint>

/// Device interrupts. A handler runs with interrupts off on the stack of whatever task was
/// interrupted and under that task's page tables: it may touch shared memory only, and may not
/// sleep, allocate or free.
namespace arch {

using IrqHandler = void (*)(void* context);

struct Vector {
    std::uint8_t raw;
};

/// Claims a free vector for message-signalled interrupts (arch/pci.hpp tells the device). Thread
/// context. Errors: NoSpace when all are taken.
kernel::Result<Vector> allocate_vector(IrqHandler handler, void* context);

/// Gives a vector back. Precondition: the device that used it has been silenced.
void free_vector(Vector vector);

/// Routes one of the 16 legacy interrupt lines, as ACPI's overrides say, through the I/O APIC and
/// unmasks it. Errors: Unsupported without an I/O APIC that serves the line; NoSpace.
kernel::Result<> route_legacy_irq(std::uint8_t line, IrqHandler handler, void* context);

} // namespace arch
