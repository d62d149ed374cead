// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

namespace arch {

/// Maps the I/O APICs that ACPI lists and masks all of their inputs (Intel 82093AA datasheet).
kernel::Result<> io_apic_initialise();

} // namespace arch
