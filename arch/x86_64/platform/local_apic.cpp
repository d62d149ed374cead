// SPDX-License-Identifier: MIT
#include "arch/x86_64/platform/local_apic.hpp"

#include "arch/x86_64/cpu/msr.hpp"
#include "arch/x86_64/cpu/vectors.hpp"
#include "arch/x86_64/platform/mmio.hpp"
#include "arch/x86_64/platform/port.hpp"

#include <arch/acpi.hpp>
#include <arch/cpu.hpp>
#include <arch/device_map.hpp>
#include <arch/irq.hpp>

namespace arch {

namespace {

constexpr std::uint64_t base_enabled = 1u << 11;

constexpr std::size_t id = 0x20;
constexpr std::size_t task_priority = 0x80;
constexpr std::size_t eoi = 0xb0;
constexpr std::size_t spurious = 0xf0;
constexpr std::size_t command_low = 0x300;
constexpr std::size_t command_high = 0x310;
constexpr std::size_t lvt_timer = 0x320;
constexpr std::size_t lvt_line0 = 0x350;
constexpr std::size_t lvt_line1 = 0x360;
constexpr std::size_t lvt_error = 0x370;
constexpr std::size_t timer_initial = 0x380;
constexpr std::size_t timer_current = 0x390;
constexpr std::size_t timer_divide = 0x3e0;

constexpr std::uint32_t spurious_enable = 1u << 8;
constexpr std::uint32_t masked = 1u << 16;
constexpr std::uint32_t command_assert = 1u << 14;
constexpr std::uint32_t command_pending = 1u << 12;
constexpr std::uint32_t deliver_nmi = 0b100u << 8;
constexpr std::uint32_t deliver_init = 0b101u << 8;
constexpr std::uint32_t deliver_startup = 0b110u << 8;
constexpr std::uint32_t divide_by_1 = 0b1011;

constinit volatile std::byte* registers = nullptr;

std::uint32_t read(std::size_t offset) { return mmio_read<std::uint32_t>(registers, offset); }
void write(std::size_t offset, std::uint32_t value) { mmio_write<std::uint32_t>(registers, offset, value); }

void send_command(std::uint32_t apic_id, std::uint32_t command) {
    // An interrupt between the two halves could send one of its own.
    const IrqGuard guard;
    while ((read(command_low) & command_pending) != 0) pause();
    write(command_high, apic_id << 24);
    write(command_low, command);
}

// Intel 8259A: moved away from the exceptions' vectors, then masked for good.
void silence_legacy_controllers() {
    constexpr std::uint16_t ports[] = {0x20, 0xa0};
    constexpr std::uint8_t begin_initialisation = 0x11;
    constexpr std::uint8_t mode_8086 = 0x01;
    for (const std::uint16_t port : ports) {
        const bool secondary = port != ports[0];
        const auto data = static_cast<std::uint16_t>(port + 1);
        out8(port, begin_initialisation);
        out8(data, static_cast<std::uint8_t>(vector_legacy_controller + (secondary ? 8 : 0)));
        out8(data, secondary ? 2 : 1u << 2);
        out8(data, mode_8086);
        out8(data, 0xff);
    }
}

} // namespace

kernel::Result<> local_apic_initialise() {
    silence_legacy_controllers();
    if (registers == nullptr) registers = TRY(map_device(acpi_info().local_apic, mm::page_size));
    local_apic_enable();
    return {};
}

void local_apic_enable() {
    write_msr(Msr::ApicBase, read_msr(Msr::ApicBase) | base_enabled);
    write(task_priority, 0);
    write(lvt_timer, masked);
    write(lvt_line0, masked);
    write(lvt_line1, masked);
    write(lvt_error, masked);
    write(timer_divide, divide_by_1);
    write(spurious, spurious_enable | vector_spurious);
}

std::uint32_t local_apic_id() { return read(id) >> 24; }

void end_of_interrupt() { write(eoi, 0); }

void send_interrupt(std::uint32_t apic_id, std::uint8_t vector) { send_command(apic_id, command_assert | vector); }

void send_nmi(std::uint32_t apic_id) { send_command(apic_id, command_assert | deliver_nmi); }

void send_init(std::uint32_t apic_id) { send_command(apic_id, command_assert | deliver_init); }

void send_startup(std::uint32_t apic_id, mm::PhysAddr page) {
    send_command(apic_id, command_assert | deliver_startup | static_cast<std::uint32_t>(page.raw() / mm::page_size));
}

void local_timer_start(TimerMode mode, std::uint32_t count) {
    write(lvt_timer, static_cast<std::uint32_t>(mode) | vector_timer);
    write(timer_initial, count);
}

void local_timer_start_silent(std::uint32_t count) {
    write(lvt_timer, masked);
    write(timer_initial, count);
}

std::uint32_t local_timer_remaining() { return read(timer_current); }

void local_timer_stop() {
    write(lvt_timer, masked);
    write(timer_initial, 0);
}

} // namespace arch
