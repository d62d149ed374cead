// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <format>
#include <string_view>

/// Diagnostics for whoever looks after the system; what a command answers goes through `print`.
namespace kernel::log {

enum class Level : std::uint8_t { Debug, Info, Warn, Error, Off };

/// Messages below `level` are dropped. Any context.
void set_level(Level level);
Level level();

/// Where the time stamp comes from, in nanoseconds since boot. Without a clock there is no stamp.
using Clock = std::uint64_t (*)();
void set_clock(Clock clock);

/// The part that does not depend on the argument types: one line, stamped.
void vwrite(Level level, std::string_view format, std::format_args args);

template <class... Args>
void debug(std::format_string<Args...> format, Args&&... args) {
    vwrite(Level::Debug, format.get(), std::make_format_args(args...));
}
template <class... Args>
void info(std::format_string<Args...> format, Args&&... args) {
    vwrite(Level::Info, format.get(), std::make_format_args(args...));
}
template <class... Args>
void warn(std::format_string<Args...> format, Args&&... args) {
    vwrite(Level::Warn, format.get(), std::make_format_args(args...));
}
template <class... Args>
void error(std::format_string<Args...> format, Args&&... args) {
    vwrite(Level::Error, format.get(), std::make_format_args(args...));
}

} // namespace kernel::log
