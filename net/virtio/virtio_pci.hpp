// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "net/virtio/split_queue.hpp"

#include <arch/msix.hpp>
#include <arch/pci.hpp>

#include <cstddef>
#include <cstdint>

namespace net {

/// The registers of a virtio device behind modern PCI (Virtio 1.2, §4.1): where its structures are, the
/// negotiation of §3.1.1, and its queues' doorbells. Device memory, which is shared; nothing here is secret.
///
/// Context: threads, one at a time, except `notify`, which is under the caller's lock for that queue.
class VirtioPci {
public:
    static constexpr std::uint16_t vendor_id = 0x1af4;
    /// Modern devices are 0x1040 plus their type (§4.1.2).
    static constexpr std::uint16_t network_device = 0x1041;

    /// Finds and maps the structures. Errors: Unsupported if one is missing; those of mapping.
    static kernel::Result<VirtioPci> create(const arch::PciDevice& device);

    /// Resets the device and goes as far as FEATURES_OK with `wanted` (VIRTIO_F_VERSION_1 besides) as far as
    /// the device offers it; returns what was agreed on.
    /// Errors: Unsupported: it is no version 1 device, or does not accept the choice.
    kernel::Result<std::uint64_t> negotiate(std::uint64_t wanted);
    /// The largest size the device allows for a queue; 0: there is no such queue.
    std::uint16_t queue_size_limit(std::uint16_t index);
    /// Tells the device where a queue is and which interrupt it raises, and enables it.
    /// Errors: Io if the device refuses the interrupt.
    kernel::Result<> enable_queue(std::uint16_t index, const SplitQueue& queue, std::uint16_t interrupt);
    /// The device may work from now on.
    void set_driver_ok();
    /// Stops the device: it touches no memory and raises no interrupt any more.
    void reset();

    /// Rings the doorbell of a queue.
    void notify(std::uint16_t index) const;
    /// One byte of the device's own configuration (§5.1.4 for network devices).
    std::uint8_t config8(std::size_t offset) const;

    /// The value for "raises no interrupt" (§4.1.4.3).
    static constexpr std::uint16_t no_vector = 0xffff;

private:
    static constexpr std::size_t max_queues = 3;

    template <class T>
    T read(std::size_t offset) const;
    template <class T>
    void write(std::size_t offset, T value) const;
    void write64(std::size_t offset, std::uint64_t value) const;
    void add_status(std::uint8_t bits);

    volatile std::byte* common_ = nullptr;
    volatile std::byte* doorbells_ = nullptr;
    volatile std::byte* config_ = nullptr;
    std::uint32_t config_bytes_ = 0;
    std::uint32_t doorbell_bytes_ = 0;
    std::uint32_t doorbell_multiplier_ = 0;
    std::uint32_t doorbell_offsets_[max_queues]{}; ///< bytes
};

} // namespace net
