// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "mm/addr.hpp"

#include <arch/interrupts.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

/// PCI and PCI Express (PCI Local Bus specification 3.0, chapter 6).
namespace arch {

struct PciAddress {
    std::uint8_t bus;
    std::uint8_t device;   ///< 0..31
    std::uint8_t function; ///< 0..7
    constexpr auto operator<=>(const PciAddress&) const = default;
};

/// Standard capabilities that a driver may look for.
enum class PciCapability : std::uint8_t { Msi = 0x05, VendorSpecific = 0x09, MsiX = 0x11 };

/// One function of a device. A handle: copies name the same function. Configuration registers are
/// read and written from any context.
class PciDevice {
public:
    PciDevice() = default;
    /// Reads the identity of the function at `address`; none if nobody answers there.
    static std::optional<PciDevice> at(PciAddress address);

    PciAddress address() const { return address_; }
    std::uint16_t vendor() const { return vendor_; }
    std::uint16_t device() const { return device_; }
    std::uint8_t class_code() const { return class_code_; }
    std::uint8_t subclass() const { return subclass_; }

    /// Configuration registers at a byte offset below 256, naturally aligned.
    std::uint8_t read8(std::uint8_t offset) const;
    std::uint16_t read16(std::uint8_t offset) const;
    std::uint32_t read32(std::uint8_t offset) const;
    void write8(std::uint8_t offset, std::uint8_t value) const;
    void write16(std::uint8_t offset, std::uint16_t value) const;
    void write32(std::uint8_t offset, std::uint32_t value) const;

    /// The offset of the first capability of a kind after the one at `after` (0: from the start of
    /// the list).
    std::optional<std::uint8_t> find_capability(PciCapability kind, std::uint8_t after = 0) const;

    /// The memory that base address register `index` (0..5) decodes. Sizing switches decoding off
    /// for a moment: call it before the device is in use. Errors: NotFound if the register is
    /// unused, Unsupported if it decodes ports.
    kernel::Result<mm::PhysRange> memory_bar(unsigned index) const;

    /// Maps memory_bar(index) for good. Thread context. Errors: as memory_bar() and map_device().
    kernel::Result<volatile std::byte*> map_bar(unsigned index) const;

    /// Lets the device decode its memory and act as a bus master; its legacy interrupt line is
    /// switched off.
    void enable_bus_master() const;

private:
    PciAddress address_{};
    std::uint16_t vendor_ = 0;
    std::uint16_t device_ = 0;
    std::uint8_t class_code_ = 0;
    std::uint8_t subclass_ = 0;
};

/// Every function behind the host bridge, found once, on first use, in ascending order of address.
/// Thread context.
std::span<const PciDevice> pci_devices();

} // namespace arch
