// SPDX-License-Identifier: MIT
#include <arch/pci.hpp>

#include "arch/x86_64/platform/pci_config.hpp"

#include <arch/device_map.hpp>

#include <array>

namespace arch {

namespace {

constexpr std::uint8_t vendor_register = 0x00;
constexpr std::uint8_t device_register = 0x02;
constexpr std::uint8_t command_register = 0x04;
constexpr std::uint8_t status_register = 0x06;
constexpr std::uint8_t subclass_register = 0x0a;
constexpr std::uint8_t class_register = 0x0b;
constexpr std::uint8_t header_type_register = 0x0e;
constexpr std::uint8_t first_bar_register = 0x10;
constexpr std::uint8_t secondary_bus_register = 0x19;
constexpr std::uint8_t capabilities_register = 0x34;

constexpr std::uint16_t nobody = 0xffff;
constexpr std::uint16_t command_memory = 1u << 1;
constexpr std::uint16_t command_decode = 0b11; // ports and memory
constexpr std::uint16_t command_bus_master = 1u << 2;
constexpr std::uint16_t command_no_legacy_interrupt = 1u << 10;
constexpr std::uint16_t status_has_capabilities = 1u << 4;
constexpr std::uint8_t header_multifunction = 0x80;
constexpr std::uint8_t header_type_mask = 0x7f;
constexpr std::uint8_t header_is_bridge = 1;

constexpr unsigned bar_count = 6;
constexpr std::uint32_t bar_is_port = 1u << 0;
constexpr std::uint32_t bar_type_mask = 0b110;
constexpr std::uint32_t bar_is_64_bits = 0b100;
constexpr std::uint64_t bar_address_mask = ~std::uint64_t{0xf};

// A list of capabilities fits into 192 bytes of 4 each; a longer one runs in circles.
constexpr unsigned max_capabilities = 48;

class Bus {
public:
    std::span<const PciDevice> devices() const { return {devices_.data(), count_}; }

    void scan(std::uint8_t bus, unsigned depth = 0) {
        for (unsigned device = 0; device < 32; ++device)
            for (unsigned function = 0; function < 8; ++function) {
                const PciAddress address{bus, static_cast<std::uint8_t>(device), static_cast<std::uint8_t>(function)};
                const auto found = PciDevice::at(address);
                if (!found && function == 0) break;
                if (!found) continue;
                add(*found, depth);
                const bool alone = (found->read8(header_type_register) & header_multifunction) == 0;
                if (function == 0 && alone) break;
            }
    }

private:
    void add(const PciDevice& device, unsigned depth) {
        if (count_ < devices_.size()) devices_[count_++] = device;
        if ((device.read8(header_type_register) & header_type_mask) != header_is_bridge) return;
        const std::uint8_t behind = device.read8(secondary_bus_register);
        // Firmware numbers the buses upwards; anything else would send the scan in circles.
        if (behind > device.address().bus && depth < 8) scan(behind, depth + 1);
    }

    std::array<PciDevice, 64> devices_{};
    std::size_t count_ = 0;
};

} // namespace

std::optional<PciDevice> PciDevice::at(PciAddress address) {
    PciDevice device;
    device.address_ = address;
    device.vendor_ = device.read16(vendor_register);
    if (device.vendor_ == nobody) return std::nullopt;
    device.device_ = device.read16(device_register);
    device.class_code_ = device.read8(class_register);
    device.subclass_ = device.read8(subclass_register);
    return device;
}

std::uint8_t PciDevice::read8(std::uint8_t offset) const { return pci_config_read<std::uint8_t>(address_, offset); }
std::uint16_t PciDevice::read16(std::uint8_t offset) const { return pci_config_read<std::uint16_t>(address_, offset); }
std::uint32_t PciDevice::read32(std::uint8_t offset) const { return pci_config_read<std::uint32_t>(address_, offset); }
void PciDevice::write8(std::uint8_t offset, std::uint8_t value) const { pci_config_write(address_, offset, value); }
void PciDevice::write16(std::uint8_t offset, std::uint16_t value) const { pci_config_write(address_, offset, value); }
void PciDevice::write32(std::uint8_t offset, std::uint32_t value) const { pci_config_write(address_, offset, value); }

std::optional<std::uint8_t> PciDevice::find_capability(PciCapability kind, std::uint8_t after) const {
    if ((read16(status_register) & status_has_capabilities) == 0) return std::nullopt;
    constexpr std::uint8_t pointer_mask = 0xfc;
    std::uint8_t at = read8(after == 0 ? capabilities_register : static_cast<std::uint8_t>(after + 1)) & pointer_mask;
    for (unsigned i = 0; i < max_capabilities && at != 0; ++i) {
        if (read8(at) == static_cast<std::uint8_t>(kind)) return at;
        at = read8(static_cast<std::uint8_t>(at + 1)) & pointer_mask;
    }
    return std::nullopt;
}

kernel::Result<mm::PhysRange> PciDevice::memory_bar(unsigned index) const {
    if (index >= bar_count) return kernel::fail(kernel::Error::InvalidArgument);
    const auto low = static_cast<std::uint8_t>(first_bar_register + 4 * index);
    const auto high = static_cast<std::uint8_t>(low + 4);
    const std::uint32_t value = read32(low);
    if ((value & bar_is_port) != 0) return kernel::fail(kernel::Error::Unsupported);
    const bool wide = (value & bar_type_mask) == bar_is_64_bits;
    if (wide && index + 1 == bar_count) return kernel::fail(kernel::Error::InvalidArgument);
    const std::uint32_t high_value = wide ? read32(high) : 0;

    // The bits that stay 0 when all ones are written tell the size. Meanwhile the device must not
    // decode them.
    const std::uint16_t command = read16(command_register);
    write16(command_register, static_cast<std::uint16_t>(command & ~command_decode));
    write32(low, ~std::uint32_t{0});
    std::uint64_t size_mask = read32(low) | ~std::uint64_t{0} << 32;
    write32(low, value);
    if (wide) {
        write32(high, ~std::uint32_t{0});
        size_mask = (size_mask & 0xffff'ffff) | std::uint64_t{read32(high)} << 32;
        write32(high, high_value);
    }
    write16(command_register, command);

    size_mask &= bar_address_mask;
    if ((size_mask & 0xffff'ffff) == 0 && !wide) return kernel::fail(kernel::Error::NotFound);
    if (size_mask == 0) return kernel::fail(kernel::Error::NotFound);
    const mm::PhysAddr begin{(value | std::uint64_t{high_value} << 32) & bar_address_mask};
    return mm::PhysRange{begin, begin + (~size_mask + 1)};
}

kernel::Result<volatile std::byte*> PciDevice::map_bar(unsigned index) const {
    const mm::PhysRange range = TRY(memory_bar(index));
    return map_device(range.begin, range.bytes());
}

void PciDevice::enable_bus_master() const {
    write16(command_register, static_cast<std::uint16_t>(read16(command_register) | command_memory |
                                                         command_bus_master | command_no_legacy_interrupt));
}

std::span<const PciDevice> pci_devices() {
    static constinit Bus buses;
    if (buses.devices().empty()) buses.scan(0);
    return buses.devices();
}

} // namespace arch
