// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace arch {

/// What QEMU's isa-debug-exit makes of it is code * 2 + 1: 33, 35, 37 and 39. Never 0, which is a
/// triple fault's.
enum class ExitCode : std::uint8_t {
    Success = 0x10,
    Failure = 0x11,
    Panic = 0x12,
    Refused = 0x13, ///< boot options that do not go together, or not with this machine
};

/// Ends the machine after the serial port has sent its last byte: through isa-debug-exit, else
/// Bochs' shutdown port, else ACPI; where none of them exists, stops this CPU for good. Any
/// context.
[[noreturn]] void exit_machine(ExitCode code);

} // namespace arch
