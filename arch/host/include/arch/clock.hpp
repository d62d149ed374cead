// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>

namespace arch {

/// Nanoseconds on the host's steady clock.
inline std::uint64_t now_ns() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

/// What elsewhere counts in units of its own.
inline std::uint64_t cycles() { return now_ns(); }
inline std::uint64_t ns_in(std::uint64_t cycles) { return cycles; }

} // namespace arch
