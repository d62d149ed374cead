// SPDX-License-Identifier: MIT
#include "arch/x86_64/platform/io_apic.hpp"

#include "arch/x86_64/platform/local_apic.hpp"
#include "arch/x86_64/platform/mmio.hpp"

#include <arch/acpi.hpp>
#include <arch/device_map.hpp>
#include <arch/interrupts.hpp>
#include <arch/irq.hpp>

#include <algorithm>
#include <array>

namespace arch {

namespace {

constexpr std::size_t select_register = 0x00;
constexpr std::size_t window_register = 0x10;
constexpr std::uint32_t version_index = 0x01;
constexpr std::uint32_t redirection_index = 0x10; // two words per input

constexpr std::uint32_t active_low_bit = 1u << 13;
constexpr std::uint32_t level_triggered_bit = 1u << 15;
constexpr std::uint32_t masked_bit = 1u << 16;

/// One controller. Not locked: lines are routed by one thread, before or without a second one.
class IoApic {
public:
    kernel::Result<> map(const AcpiInfo::IoApic& info) {
        registers_ = TRY(map_device(info.registers, 0x20));
        first_ = info.first_interrupt;
        inputs_ = (read(version_index) >> 16 & 0xff) + 1;
        for (std::uint32_t input = 0; input < inputs_; ++input) write(redirection_index + 2 * input, masked_bit);
        return {};
    }

    bool serves(std::uint32_t interrupt) const { return interrupt >= first_ && interrupt - first_ < inputs_; }

    void route(std::uint32_t interrupt, std::uint32_t low_word, std::uint32_t destination) {
        const std::uint32_t index = redirection_index + 2 * (interrupt - first_);
        write(index + 1, destination << 24);
        write(index, low_word);
    }

private:
    // An index register leads to all others.
    std::uint32_t read(std::uint32_t index) {
        const IrqGuard guard;
        mmio_write(registers_, select_register, index);
        return mmio_read<std::uint32_t>(registers_, window_register);
    }
    void write(std::uint32_t index, std::uint32_t value) {
        const IrqGuard guard;
        mmio_write(registers_, select_register, index);
        mmio_write(registers_, window_register, value);
    }

    volatile std::byte* registers_ = nullptr;
    std::uint32_t first_ = 0;
    std::uint32_t inputs_ = 0;
};

constinit std::array<IoApic, 4> controllers{};

AcpiInfo::Override wiring_of(std::uint8_t line) {
    const auto& info = acpi_info();
    const std::span overrides{info.overrides.data(), info.override_count};
    const auto found = std::ranges::find(overrides, line, &AcpiInfo::Override::line);
    if (found != overrides.end()) return *found;
    return {.line = line, .interrupt = line, .active_low = false, .level_triggered = false};
}

} // namespace

kernel::Result<> io_apic_initialise() {
    const auto& info = acpi_info();
    for (std::size_t i = 0; i < info.io_apic_count; ++i) TRY(controllers[i].map(info.io_apics[i]));
    return {};
}

kernel::Result<> route_legacy_irq(std::uint8_t line, IrqHandler handler, void* context) {
    const AcpiInfo::Override wiring = wiring_of(line);
    const auto controller =
        std::ranges::find_if(controllers, [&](const IoApic& one) { return one.serves(wiring.interrupt); });
    if (controller == controllers.end()) return kernel::fail(kernel::Error::Unsupported);
    const Vector vector = TRY(allocate_vector(handler, context));
    controller->route(wiring.interrupt,
                      std::uint32_t{vector.raw} | (wiring.active_low ? active_low_bit : 0) |
                          (wiring.level_triggered ? level_triggered_bit : 0),
                      local_apic_id());
    return {};
}

} // namespace arch
