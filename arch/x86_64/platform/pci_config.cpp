// SPDX-License-Identifier: MIT
#include "arch/x86_64/platform/pci_config.hpp"

#include "arch/x86_64/platform/mmio.hpp"
#include "arch/x86_64/platform/port.hpp"
#include "kernel/sync/spin_locked.hpp"

#include <arch/acpi.hpp>
#include <arch/device_map.hpp>

#include <array>
#include <atomic>

namespace arch {

namespace {

constexpr std::uint16_t index_port = 0xcf8;
constexpr std::uint16_t data_port = 0xcfc;
constexpr std::uint32_t index_enable = 1u << 31;
constexpr std::uint64_t bus_bytes = std::uint64_t{1} << 20;
constexpr std::size_t function_bytes = 4096;

/// The mapped configuration space of each bus so far. Ordering: relaxed will do, the page tables
/// are the CPU's own.
constinit std::array<std::atomic<volatile std::byte*>, 256> mapped_buses{};

/// The index and the data port belong together.
struct Ports {
    void select(PciAddress address, std::uint8_t offset) {
        out32(index_port, index_enable | std::uint32_t{address.bus} << 16 | std::uint32_t{address.device} << 11 |
                              std::uint32_t{address.function} << 8 | (offset & 0xfcu));
    }
};
constinit kernel::IrqSpinLocked<Ports, kernel::Rank::Hardware> ports;

volatile std::byte* map_bus(std::uint8_t bus) {
    const auto& info = acpi_info();
    const auto& space = info.config_space;
    if (!info.has_config_space || bus < space.first_bus || bus > space.last_bus) return nullptr;
    const auto mapped = map_device(space.base + bus * bus_bytes, bus_bytes);
    if (!mapped) return nullptr;
    mapped_buses[bus].store(*mapped, std::memory_order_relaxed);
    return *mapped;
}

/// The function's registers, or null if they are reached through ports. Buses are mapped when they
/// are scanned.
volatile std::byte* registers_of(PciAddress address) {
    volatile std::byte* bus = mapped_buses[address.bus].load(std::memory_order_relaxed);
    if (bus == nullptr) bus = map_bus(address.bus);
    if (bus == nullptr) return nullptr;
    return bus + (std::size_t{address.device} << 3 | address.function) * function_bytes;
}

template <class Word>
Word port_read(std::uint16_t port) {
    if constexpr (sizeof(Word) == 1)
        return in8(port);
    else if constexpr (sizeof(Word) == 2)
        return in16(port);
    else
        return in32(port);
}

template <class Word>
void port_write(std::uint16_t port, Word value) {
    if constexpr (sizeof(Word) == 1)
        out8(port, value);
    else if constexpr (sizeof(Word) == 2)
        out16(port, value);
    else
        out32(port, value);
}

constexpr std::uint16_t data_port_of(std::uint8_t offset) {
    return static_cast<std::uint16_t>(data_port + (offset & 3));
}

} // namespace

template <class Word>
Word pci_config_read(PciAddress address, std::uint8_t offset) {
    if (const volatile std::byte* registers = registers_of(address)) return mmio_read<Word>(registers, offset);
    return ports.with([&](Ports& access) {
        access.select(address, offset);
        return port_read<Word>(data_port_of(offset));
    });
}

template <class Word>
void pci_config_write(PciAddress address, std::uint8_t offset, Word value) {
    if (volatile std::byte* registers = registers_of(address)) return mmio_write<Word>(registers, offset, value);
    ports.with([&](Ports& access) {
        access.select(address, offset);
        port_write<Word>(data_port_of(offset), value);
    });
}

template std::uint8_t pci_config_read(PciAddress, std::uint8_t);
template std::uint16_t pci_config_read(PciAddress, std::uint8_t);
template std::uint32_t pci_config_read(PciAddress, std::uint8_t);
template void pci_config_write(PciAddress, std::uint8_t, std::uint8_t);
template void pci_config_write(PciAddress, std::uint8_t, std::uint16_t);
template void pci_config_write(PciAddress, std::uint8_t, std::uint32_t);

} // namespace arch
