// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace arch {

/// Whether the kernel was built with what backtraces follow.
inline constexpr bool has_frame_pointers = LACUNA_FRAME_POINTERS;

/// Collects return addresses, innermost first, by following frame pointers from `frame_pointer` for
/// as long as they rise, are aligned and can be read; memory that is not mapped only ends the walk.
/// Returns how many entries of `out` were filled: none without frame pointers. Any context, fault handlers included.
std::size_t backtrace(std::uint64_t frame_pointer, std::span<std::uint64_t> out);

/// The frame pointer of the function that calls this.
[[gnu::always_inline]] inline std::uint64_t frame_pointer() {
    return reinterpret_cast<std::uint64_t>(__builtin_frame_address(0));
}

} // namespace arch
