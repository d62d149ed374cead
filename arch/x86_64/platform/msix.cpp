// SPDX-License-Identifier: MIT
#include <arch/msix.hpp>

#include "arch/x86_64/platform/local_apic.hpp"
#include "arch/x86_64/platform/mmio.hpp"

namespace arch {

namespace {

constexpr std::uint8_t control_offset = 2;
constexpr std::uint8_t table_offset = 4;
constexpr std::uint16_t control_size_mask = 0x7ff;
constexpr std::uint16_t control_mask_all = 1u << 14;
constexpr std::uint16_t control_enable = 1u << 15;
constexpr std::uint32_t table_bar_mask = 0b111;

constexpr std::size_t entry_bytes = 16;
constexpr std::size_t entry_address = 0;
constexpr std::size_t entry_data = 8;
constexpr std::size_t entry_control = 12;
constexpr std::uint32_t entry_masked = 1;

// Intel SDM vol. 3A, 11.11: what a device writes to interrupt a CPU.
constexpr std::uint64_t message_base = 0xfee0'0000;

std::uint64_t message_address(std::uint32_t apic_id) { return message_base | std::uint64_t{apic_id} << 12; }

} // namespace

kernel::Result<MsiX> MsiX::create(const PciDevice& device) {
    const auto capability = device.find_capability(PciCapability::MsiX);
    if (!capability) return kernel::fail(kernel::Error::Unsupported);
    const auto control_at = static_cast<std::uint8_t>(*capability + control_offset);
    const std::uint32_t table = device.read32(static_cast<std::uint8_t>(*capability + table_offset));
    const std::uint16_t control = device.read16(control_at);

    MsiX result;
    result.entries_ = static_cast<std::uint16_t>((control & control_size_mask) + 1);
    result.table_ = TRY(device.map_bar(table & table_bar_mask)) + (table & ~table_bar_mask);
    device.write16(control_at, static_cast<std::uint16_t>(control | control_enable | control_mask_all));
    for (std::uint16_t entry = 0; entry < result.entries_; ++entry) result.mask(entry);
    device.write16(control_at, static_cast<std::uint16_t>((control | control_enable) & ~control_mask_all));
    return result;
}

kernel::Result<Vector> MsiX::route(std::uint16_t entry, IrqHandler handler, void* context) {
    if (entry >= entries_) return kernel::fail(kernel::Error::InvalidArgument);
    const Vector vector = TRY(allocate_vector(handler, context));
    volatile std::byte* const at = table_ + entry * entry_bytes;
    const std::uint64_t address = message_address(local_apic_id());
    mmio_write(at, entry_address, static_cast<std::uint32_t>(address));
    mmio_write(at, entry_address + 4, static_cast<std::uint32_t>(address >> 32));
    mmio_write(at, entry_data, std::uint32_t{vector.raw});
    unmask(entry);
    return vector;
}

void MsiX::mask(std::uint16_t entry) { mmio_write(table_ + entry * entry_bytes, entry_control, entry_masked); }

void MsiX::unmask(std::uint16_t entry) { mmio_write(table_ + entry * entry_bytes, entry_control, std::uint32_t{0}); }

} // namespace arch
