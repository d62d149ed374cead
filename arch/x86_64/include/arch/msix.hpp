// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

#include <arch/interrupts.hpp>
#include <arch/pci.hpp>

#include <cstddef>
#include <cstdint>

namespace arch {

/// The MSI-X interrupts of one PCI function (PCI Local Bus specification 3.0, 6.8.2).
class MsiX {
public:
    /// Maps the function's table, masks every entry and enables MSI-X. Thread context.
    /// Errors: Unsupported if the function has none; those of PciDevice::map_bar().
    static kernel::Result<MsiX> create(const PciDevice& device);

    /// How many interrupts the function can tell apart.
    std::uint16_t entries() const { return entries_; }

    /// Sends interrupt `entry` to the boot CPU as a vector of its own and unmasks it. What the
    /// device must be told, such as virtio's queue_msix_vector, is `entry`. Thread context. Errors:
    /// InvalidArgument for an entry that is not there; NoSpace when vectors have run out.
    kernel::Result<Vector> route(std::uint16_t entry, IrqHandler handler, void* context);

    void mask(std::uint16_t entry);
    void unmask(std::uint16_t entry);

private:
    volatile std::byte* table_ = nullptr;
    std::uint16_t entries_ = 0;
};

} // namespace arch
