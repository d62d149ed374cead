// SPDX-License-Identifier: MIT
#include "arch/x86_64/boot/boot_constants.h"
#include "arch/x86_64/boot/early_memory.hpp"
#include "arch/x86_64/boot/multiboot2.hpp"
#include "arch/x86_64/boot/pvh.hpp"
#include "arch/x86_64/boot/trampoline.hpp"
#include "arch/x86_64/cpu/cpu_tables.hpp"
#include "arch/x86_64/cpu/features_setup.hpp"
#include "arch/x86_64/cpu/interrupt_table.hpp"
#include "arch/x86_64/platform/clock_setup.hpp"
#include "arch/x86_64/platform/early_print.hpp"
#include "arch/x86_64/platform/io_apic.hpp"
#include "arch/x86_64/platform/local_apic.hpp"
#include "arch/x86_64/platform/serial_port.hpp"

#include <arch/acpi.hpp>
#include <arch/exit.hpp>

extern "C" {
using Constructor = void (*)();
extern const Constructor __init_array_start[];
extern const Constructor __init_array_end[];
}

namespace arch {

namespace {

constinit boot::BootData boot_data;
constinit AcpiInfo acpi;

[[noreturn]] void give_up(std::string_view why) {
    early_print("Lacuna cannot start: ", why, "\n");
    exit_machine(ExitCode::Panic);
}

std::span<const std::byte> read_physical(mm::PhysAddr address, std::uint64_t bytes) {
    if (!boot::early_reachable(address, bytes)) return {};
    return {boot::early_pointer<const std::byte>(address), bytes};
}

void read_boot_data(std::uint32_t magic, mm::PhysAddr information) {
    if (magic == PVH_START_MAGIC && boot::read_pvh(information, boot_data)) return;
    if (magic == MULTIBOOT2_LOADER_MAGIC && boot::read_multiboot2(information, boot_data)) return;
    give_up("what the boot loader passed is neither PVH nor Multiboot2");
}

void read_acpi() {
    if (!boot_data.rsdp) return early_print("ACPI: no root pointer; assuming a standard PC\n");
    const auto parsed = parse_acpi(*boot_data.rsdp, read_physical);
    if (!parsed) return early_print(parsed.error(), "; assuming a standard PC\n");
    acpi = *parsed;
}

void run_constructors() {
    for (const Constructor* one = __init_array_start; one != __init_array_end; ++one) (*one)();
}

} // namespace

const AcpiInfo& acpi_info() { return acpi; }

/// What entry.S calls, in the higher half on the boot stack, with the loader's magic number and
/// information.
extern "C" [[noreturn]] void boot_main(std::uint32_t magic, std::uint32_t information) {
    load_boot_cpu_tables();
    build_interrupt_table();
    load_interrupt_table();
    serial_initialise();
    detect_cpu_features();
    enable_cpu_features();
    read_boot_data(magic, mm::PhysAddr{information});
    const BootInfo info = boot_data.view();
    read_acpi();
    if (!local_apic_initialise() || !io_apic_initialise()) give_up("the interrupt controllers cannot be mapped");
    cpu_tables(0).set_apic_id(local_apic_id());
    boot::place_trampoline(info.memory);
    clock_calibrate();
    run_constructors();
    kernel_main(info);
}

} // namespace arch
