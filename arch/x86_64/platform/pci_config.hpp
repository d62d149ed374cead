// SPDX-License-Identifier: MIT
#pragma once

#include <arch/pci.hpp>

namespace arch {

/// Access to configuration registers: memory-mapped where ACPI's MCFG covers the bus, ports 0xcf8
/// and 0xcfc elsewhere. `Word` is an unsigned type of 1, 2 or 4 bytes, `offset` a multiple of its
/// size. Any context.
template <class Word>
Word pci_config_read(PciAddress address, std::uint8_t offset);

template <class Word>
void pci_config_write(PciAddress address, std::uint8_t offset, Word value);

} // namespace arch
