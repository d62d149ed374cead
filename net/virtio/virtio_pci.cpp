// SPDX-License-Identifier: MIT
#include "net/virtio/virtio_pci.hpp"

#include "kernel/base/assert.hpp"

#include <arch/cpu.hpp>

namespace net {

using kernel::Error;
using kernel::fail;
using kernel::Result;

namespace {

/// Kinds of structure a vendor capability describes (§4.1.4).
enum class Structure : std::uint8_t { Common = 1, Notify = 2, Device = 4 };

/// Registers of the common configuration structure, as byte offsets (§4.1.4.3).
namespace common {
constexpr std::size_t device_feature_select = 0x00;
constexpr std::size_t device_feature = 0x04;
constexpr std::size_t driver_feature_select = 0x08;
constexpr std::size_t driver_feature = 0x0c;
constexpr std::size_t config_msix_vector = 0x10;
constexpr std::size_t device_status = 0x14;
constexpr std::size_t queue_select = 0x16;
constexpr std::size_t queue_size = 0x18;
constexpr std::size_t queue_msix_vector = 0x1a;
constexpr std::size_t queue_enable = 0x1c;
constexpr std::size_t queue_notify_off = 0x1e;
constexpr std::size_t queue_desc = 0x20;
constexpr std::size_t queue_driver = 0x28;
constexpr std::size_t queue_device = 0x30;
constexpr std::uint32_t bytes = 0x38;
} // namespace common

/// Bits of device_status (§2.1).
namespace status {
constexpr std::uint8_t acknowledge = 1;
constexpr std::uint8_t driver = 2;
constexpr std::uint8_t driver_ok = 4;
constexpr std::uint8_t features_ok = 8;
} // namespace status

constexpr std::uint64_t version_1 = std::uint64_t{1} << 32; ///< VIRTIO_F_VERSION_1

/// One structure as its capability describes it: struct virtio_pci_cap (§4.1.4).
struct Place {
    volatile std::byte* registers = nullptr;
    std::uint32_t bytes = 0;
    std::uint8_t capability = 0; ///< offset in configuration space
};

/// The first usable capability of a kind: the device lists them in order of preference.
Result<Place> find(const arch::PciDevice& device, Structure kind, std::uint32_t at_least) {
    auto at = device.find_capability(arch::PciCapability::VendorSpecific);
    for (; at; at = device.find_capability(arch::PciCapability::VendorSpecific, *at)) {
        const auto field = [&](unsigned offset) { return static_cast<std::uint8_t>(*at + offset); };
        if (device.read8(field(3)) != static_cast<std::uint8_t>(kind)) continue;
        const std::uint8_t bar = device.read8(field(4));
        const std::uint32_t offset = device.read32(field(8));
        const std::uint32_t length = device.read32(field(12));
        if (bar > 5 || length < at_least) continue; // reserved values are to be passed over
        const auto range = device.memory_bar(bar);
        if (!range || std::uint64_t{offset} + length > range->bytes()) continue;
        volatile std::byte* base = TRY(device.map_bar(bar));
        return Place{base + offset, length, *at};
    }
    return fail(Error::Unsupported);
}

} // namespace

template <class T>
T VirtioPci::read(std::size_t offset) const {
    return *reinterpret_cast<volatile const T*>(common_ + offset);
}

template <class T>
void VirtioPci::write(std::size_t offset, T value) const {
    *reinterpret_cast<volatile T*>(common_ + offset) = value;
}

void VirtioPci::write64(std::size_t offset, std::uint64_t value) const {
    // 64-bit fields are accessed as two halves (§4.1.3.1).
    write<std::uint32_t>(offset, static_cast<std::uint32_t>(value));
    write<std::uint32_t>(offset + 4, static_cast<std::uint32_t>(value >> 32));
}

Result<VirtioPci> VirtioPci::create(const arch::PciDevice& device) {
    device.enable_bus_master();
    const Place common_place = TRY(find(device, Structure::Common, common::bytes));
    const Place notify_place = TRY(find(device, Structure::Notify, 2));
    VirtioPci made;
    made.common_ = common_place.registers;
    made.doorbells_ = notify_place.registers;
    made.doorbell_bytes_ = notify_place.bytes;
    // notify_off_multiplier follows the capability's common part (§4.1.4.4).
    made.doorbell_multiplier_ = device.read32(static_cast<std::uint8_t>(notify_place.capability + 16));
    if (const auto own = find(device, Structure::Device, 1)) {
        made.config_ = own->registers;
        made.config_bytes_ = own->bytes;
    }
    return made;
}

void VirtioPci::add_status(std::uint8_t bits) {
    write<std::uint8_t>(common::device_status,
                        static_cast<std::uint8_t>(read<std::uint8_t>(common::device_status) | bits));
}

void VirtioPci::reset() {
    write<std::uint8_t>(common::device_status, 0);
    // The reset is done when 0 reads back (§4.1.4.3.2).
    while (read<std::uint8_t>(common::device_status) != 0) arch::pause();
}

Result<std::uint64_t> VirtioPci::negotiate(std::uint64_t wanted) {
    reset();
    add_status(status::acknowledge);
    add_status(status::driver);
    std::uint64_t offered = 0;
    for (std::uint32_t half = 0; half < 2; ++half) {
        write<std::uint32_t>(common::device_feature_select, half);
        offered |= std::uint64_t{read<std::uint32_t>(common::device_feature)} << (32 * half);
    }
    if ((offered & version_1) == 0) return fail(Error::Unsupported);
    const std::uint64_t agreed = offered & (wanted | version_1);
    for (std::uint32_t half = 0; half < 2; ++half) {
        write<std::uint32_t>(common::driver_feature_select, half);
        write<std::uint32_t>(common::driver_feature, static_cast<std::uint32_t>(agreed >> (32 * half)));
    }
    add_status(status::features_ok);
    if ((read<std::uint8_t>(common::device_status) & status::features_ok) == 0) return fail(Error::Unsupported);
    write<std::uint16_t>(common::config_msix_vector, no_vector);
    return agreed;
}

std::uint16_t VirtioPci::queue_size_limit(std::uint16_t index) {
    write<std::uint16_t>(common::queue_select, index);
    return read<std::uint16_t>(common::queue_size);
}

Result<> VirtioPci::enable_queue(std::uint16_t index, const SplitQueue& queue, std::uint16_t interrupt) {
    kernel::ensure(index < max_queues, "only so many virtqueues are known");
    write<std::uint16_t>(common::queue_select, index);
    write<std::uint16_t>(common::queue_size, queue.size());
    write64(common::queue_desc, queue.descriptors_at().raw());
    write64(common::queue_driver, queue.available_at().raw());
    write64(common::queue_device, queue.used_at().raw());
    write<std::uint16_t>(common::queue_msix_vector, interrupt);
    // The device says "no vector" when it has no room for the mapping (§4.1.5.1.2.1).
    if (read<std::uint16_t>(common::queue_msix_vector) != interrupt) return fail(Error::Io);
    const std::uint64_t doorbell = std::uint64_t{read<std::uint16_t>(common::queue_notify_off)} * doorbell_multiplier_;
    if (doorbell + sizeof(std::uint16_t) > doorbell_bytes_) return fail(Error::Io);
    doorbell_offsets_[index] = static_cast<std::uint32_t>(doorbell);
    write<std::uint16_t>(common::queue_enable, 1);
    return {};
}

void VirtioPci::set_driver_ok() { add_status(status::driver_ok); }

void VirtioPci::notify(std::uint16_t index) const {
    *reinterpret_cast<volatile std::uint16_t*>(doorbells_ + doorbell_offsets_[index]) = index;
}

std::uint8_t VirtioPci::config8(std::size_t offset) const {
    if (offset >= config_bytes_) return 0;
    return *reinterpret_cast<volatile const std::uint8_t*>(config_ + offset);
}

} // namespace net
