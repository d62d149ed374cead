// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "mm/addr.hpp"

#include <cstdint>

/// This CPU's local APIC, in xAPIC mode (Intel SDM vol. 3A, chapter 11).
namespace arch {

enum class TimerMode : std::uint32_t { OneShot = 0, Periodic = 1u << 17 };

/// Maps the registers and switches the boot CPU's on with everything masked; also silences the
/// legacy interrupt controllers. Needs acpi_info().
kernel::Result<> local_apic_initialise();

/// Switches on that of the CPU that runs this, with everything masked. Precondition:
/// local_apic_initialise() on the boot CPU.
void local_apic_enable();

/// The number that interrupts are addressed to.
std::uint32_t local_apic_id();

/// Answers the interrupt being handled.
void end_of_interrupt();

/// Interrupts a CPU, this one included, with `vector`.
void send_interrupt(std::uint32_t apic_id, std::uint8_t vector);

/// Interrupts a CPU even where interrupts are off.
void send_nmi(std::uint32_t apic_id);

/// The two halves of waking a CPU that has not run yet, or is to start over: INIT stops it, the
/// start-up message makes it begin in real mode at `page`, below 1 MiB (Intel SDM vol. 3A, 9.4.4.1).
void send_init(std::uint32_t apic_id);
void send_startup(std::uint32_t apic_id, mm::PhysAddr page);

/// Starts counting down from `count` at the rate that clock calibration measured; at 0,
/// vector_timer.
void local_timer_start(TimerMode mode, std::uint32_t count);

/// Counts down without interrupting, for calibration.
void local_timer_start_silent(std::uint32_t count);

std::uint32_t local_timer_remaining();

void local_timer_stop();

} // namespace arch
