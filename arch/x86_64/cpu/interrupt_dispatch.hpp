// SPDX-License-Identifier: MIT
#pragma once

#include <arch/interrupts.hpp>
#include <arch/trap.hpp>

#include <cstdint>

namespace arch {

/// Sets the handler of a fixed vector, such as the timer's. Replaces the one before.
void set_vector_handler(std::uint8_t vector, IrqHandler handler, void* context);

/// Runs the handler of an interrupt, answers the local APIC, and offers the scheduler a switch.
void dispatch_interrupt(TrapFrame& frame);

} // namespace arch
