// SPDX-License-Identifier: MIT
#include <arch/serial.hpp>

#include "arch/x86_64/platform/port.hpp"
#include "arch/x86_64/platform/serial_port.hpp"

#include <arch/cpu.hpp>
#include <arch/interrupts.hpp>

#include <algorithm>

namespace arch {

namespace {

// Registers of a 16550 (National Semiconductor PC16550D, table II).
constexpr std::uint16_t com1 = 0x3f8;
constexpr std::uint16_t data = com1;
constexpr std::uint16_t divisor_low = com1;      // while DLAB
constexpr std::uint16_t divisor_high = com1 + 1; // while DLAB
constexpr std::uint16_t interrupt_enable = com1 + 1;
constexpr std::uint16_t fifo_control = com1 + 2;
constexpr std::uint16_t line_control = com1 + 3;
constexpr std::uint16_t modem_control = com1 + 4;
constexpr std::uint16_t line_status = com1 + 5;

constexpr std::uint8_t line_8n1 = 0x03;
constexpr std::uint8_t line_divisor_latch = 0x80;
constexpr std::uint8_t fifo_enable_and_clear = 0x07;
constexpr std::uint8_t modem_dtr_rts_out2 = 0x0b; // OUT2 gates the interrupt line
constexpr std::uint8_t status_data_ready = 0x01;
constexpr std::uint8_t status_holding_empty = 0x20;
constexpr std::uint8_t status_all_empty = 0x40;
constexpr std::uint8_t interrupt_on_receive = 0x01;

constexpr std::uint8_t serial_legacy_line = 4;
constexpr std::size_t fifo_bytes = 16;
// Far more polls than 16 characters take at 115200 baud; ends a wait for a port that is not there.
constexpr unsigned patience = 1'000'000;

constinit void (*receiver)(char) = nullptr;
// How much may be written at once when the port reports room.
constinit std::size_t burst_bytes = 1;

void wait_for(std::uint8_t status) {
    for (unsigned i = 0; i < patience && (in8(line_status) & status) == 0; ++i) pause();
}

void on_interrupt(void*) {
    while ((in8(line_status) & status_data_ready) != 0) receiver(static_cast<char>(in8(data)));
}

} // namespace

void serial_initialise() {
    out8(interrupt_enable, 0);
    out8(line_control, line_8n1 | line_divisor_latch);
    out8(divisor_low, 1);
    out8(divisor_high, 0);
    out8(line_control, line_8n1);
    out8(modem_control, modem_dtr_rts_out2);
    // Switching the FIFO on throws away what has come in. Somebody who speaks already (a script on
    // a pipe) is better served without: the sender waits for each byte to be taken.
    if ((in8(line_status) & status_data_ready) != 0) return;
    out8(fifo_control, fifo_enable_and_clear);
    burst_bytes = fifo_bytes;
}

void serial_drain() { wait_for(status_all_empty); }

void serial_write(std::string_view text) {
    while (!text.empty()) {
        wait_for(status_holding_empty);
        const std::size_t burst = std::min(text.size(), burst_bytes);
        for (const char byte : text.substr(0, burst)) out8(data, static_cast<std::uint8_t>(byte));
        text.remove_prefix(burst);
    }
}

kernel::Result<> serial_start_receive(void (*receive)(char byte)) {
    receiver = receive;
    TRY(route_legacy_irq(serial_legacy_line, on_interrupt, nullptr));
    out8(interrupt_enable, interrupt_on_receive);
    return {};
}

} // namespace arch
