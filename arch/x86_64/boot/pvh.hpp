// SPDX-License-Identifier: MIT
#pragma once

#include "arch/x86_64/boot/boot_data.hpp"

namespace arch::boot {

/// Reads Xen's hvm_start_info (xen/include/public/arch-x86/hvm/start_info.h), version 0 or 1, at
/// `start_info`. Returns false if the magic number or an address is wrong.
bool read_pvh(mm::PhysAddr start_info, BootData& data);

} // namespace arch::boot
