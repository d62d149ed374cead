// SPDX-License-Identifier: MIT
#include <arch/exit.hpp>

#include "arch/x86_64/platform/port.hpp"
#include "arch/x86_64/platform/serial_port.hpp"

#include <arch/acpi.hpp>

#include <string_view>

namespace arch {

namespace {

constexpr std::uint16_t debug_exit_port = 0xf4;
constexpr std::uint16_t bochs_shutdown_port = 0x8900;
// ACPI specification 4.8.3.2.1: SLP_EN, with the sleep type 0 that QEMU's machines give to S5.
constexpr std::uint16_t acpi_sleep_enable = 1u << 13;

} // namespace

[[noreturn]] void exit_machine(ExitCode code) {
    asm volatile("cli");
    serial_drain();
    out8(debug_exit_port, static_cast<std::uint8_t>(code));
    for (const char letter : std::string_view{"Shutdown"}) out8(bochs_shutdown_port, static_cast<std::uint8_t>(letter));
    if (const auto control = acpi_info().pm1_control_port; control != 0) out16(control, acpi_sleep_enable);
    for (;;) asm volatile("hlt");
}

} // namespace arch
