// SPDX-License-Identifier: MIT
#pragma once

#include <source_location>
#include <string_view>

namespace kernel {

/// Ends the system with a report: registers, backtrace, an exit code of its own. Any context.
[[noreturn]] void panic(std::string_view why, std::source_location where = std::source_location::current());

/// Whether ensure() checks: for checks that cost something before they ask.
#if LACUNA_ASSERTIONS
inline constexpr bool checks_assertions = true;
#else
inline constexpr bool checks_assertions = false;
#endif

/// States what must hold unless the kernel has a bug. Conditions that a caller can bring about are
/// `Result`s, never assertions. Checked when LACUNA_ASSERTIONS is on; free of side effects always.
/// `why` is a literal, and a plain pointer: freestanding code would measure a string_view on every call.
[[gnu::always_inline]] inline void
ensure([[maybe_unused]] bool holds, [[maybe_unused]] const char* why,
       [[maybe_unused]] std::source_location where = std::source_location::current()) {
    if constexpr (checks_assertions) {
        if (!holds) [[unlikely]]
            panic(why, where);
    }
}

} // namespace kernel
