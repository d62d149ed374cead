// SPDX-License-Identifier: MIT
#pragma once

#include "arch/x86_64/boot/boot_data.hpp"

namespace arch::boot {

/// Reads the information of a Multiboot2 loader (specification 2.0, section 3.6) at `information`.
/// Tags that the kernel has no use for are skipped. Returns false if the list of tags is malformed.
bool read_multiboot2(mm::PhysAddr information, BootData& data);

} // namespace arch::boot
