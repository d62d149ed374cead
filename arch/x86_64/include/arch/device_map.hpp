// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "mm/addr.hpp"

#include <cstddef>
#include <cstdint>

namespace arch {

/// Maps device registers, uncached, into the device slot for good. Device addresses are few and
/// live as long as the machine, so this only ever grows. The tables are part of the image and hang
/// under every PGD that uses device_slot_table(). Thread context. Errors: NoSpace, InvalidArgument
/// for an empty range.
kernel::Result<volatile std::byte*> map_device(mm::PhysAddr registers, std::uint64_t bytes);

/// The table below top-level slot `device_slot`, which every PGD shares.
mm::PhysAddr device_slot_table();

} // namespace arch
