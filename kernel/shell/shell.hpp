// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "kernel/options/options.hpp"
#include "kernel/shell/command.hpp"

namespace kernel {

/// Runs the commands of a line, all of them, one after the other; Ok if all succeeded. In a task outside
/// all namespaces.
Status run_line(std::string_view line);

/// Sets the scene of the demonstration and prints what there is to see and to try.
Status run_demo();

/// What the system does after boot, in a task outside all namespaces: the demonstration if asked for, the
/// commands of `autorun`, then the prompt for ever, or, unattended, the end of the machine.
[[noreturn]] void run_shell(const Options& options);

/// Ends the machine; in an unattended run with failure if any command has failed before.
[[noreturn]] void power_off();

} // namespace kernel
