// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace arch {
struct TrapFrame;
}

/// The parts that a panic and a fault report have in common. All are for any context, take no lock but
/// the console's, and never fault: memory is read through arch::probe_read.
namespace kernel::diag {

/// One such line.
void print_location(std::uint64_t address);

/// "  0xffffffff8010abcd kernel::shell_main+0x2d", one line per frame, innermost first, following the
/// frame pointers from `frame_pointer`. `instruction`, if not 0, is where the innermost frame stands.
void print_backtrace(std::uint64_t instruction, std::uint64_t frame_pointer);

/// The general registers of an interrupted context.
void print_registers(const arch::TrapFrame& frame);

/// "task 'x' (3) in namespace red" of this CPU, or that there is none yet; without a line's end.
void print_current_task();

} // namespace kernel::diag
