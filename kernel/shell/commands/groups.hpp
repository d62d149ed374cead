// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/shell/command.hpp"

namespace kernel {

extern const CommandGroup namespace_commands; // namespaces.cpp
extern const CommandGroup network_commands;   // network.cpp
extern const CommandGroup memory_commands;    // memory.cpp
extern const CommandGroup attack_commands;    // attack.cpp
extern const CommandGroup system_commands;    // system.cpp

} // namespace kernel
