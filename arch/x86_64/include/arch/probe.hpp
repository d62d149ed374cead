// SPDX-License-Identifier: MIT
#pragma once

#include "mm/addr.hpp"

#include <cstddef>
#include <span>

namespace arch {

/// Reads memory that may not be mapped: a fault ends the read quietly instead of reaching the page
/// fault handler. Returns how many bytes were read before the first that could not be. Any context.
std::size_t probe_read(mm::VirtAddr from, std::span<std::byte> to);

/// Writes one byte to memory that may not be mapped or writable. Returns whether it was written.
/// Any context.
[[nodiscard]] bool probe_write(mm::VirtAddr to, std::byte value);

} // namespace arch
