// SPDX-License-Identifier: MIT
#include "arch/x86_64/platform/reference_counter.hpp"

#include "arch/x86_64/platform/port.hpp"

#include <arch/acpi.hpp>

namespace arch {

namespace {

constexpr std::uint64_t pm_timer_frequency = 3'579'545;
constexpr std::uint32_t pm_timer_mask = 0xff'ffff; // 24 bits are always there

constexpr std::uint64_t pit_frequency = 1'193'182;
constexpr std::uint32_t pit_mask = 0xffff;
constexpr std::uint16_t pit_channel2 = 0x42;
constexpr std::uint16_t pit_command = 0x43;
constexpr std::uint16_t pit_gate = 0x61;
constexpr std::uint8_t pit_channel2_rate = 0xb4; // both bytes, mode 2: counts down and reloads
constexpr std::uint8_t pit_channel2_latch = 0x80;
constexpr std::uint8_t gate_on = 0x01;
constexpr std::uint8_t speaker_on = 0x02;

} // namespace

ReferenceCounter::ReferenceCounter() : pm_timer_port_(acpi_info().pm_timer_port) {
    if (pm_timer_port_ != 0) return;
    out8(pit_gate, static_cast<std::uint8_t>((in8(pit_gate) & ~speaker_on) | gate_on));
    out8(pit_command, pit_channel2_rate);
    out8(pit_channel2, 0);
    out8(pit_channel2, 0);
}

std::uint64_t ReferenceCounter::frequency() const { return pm_timer_port_ != 0 ? pm_timer_frequency : pit_frequency; }

std::uint64_t ReferenceCounter::elapsed(std::uint32_t earlier, std::uint32_t later) const {
    return (later - earlier) & (pm_timer_port_ != 0 ? pm_timer_mask : pit_mask);
}

std::uint32_t ReferenceCounter::read() const {
    if (pm_timer_port_ != 0) return in32(pm_timer_port_);
    out8(pit_command, pit_channel2_latch);
    const std::uint32_t low = in8(pit_channel2);
    return ~(low | std::uint32_t{in8(pit_channel2)} << 8);
}

} // namespace arch
