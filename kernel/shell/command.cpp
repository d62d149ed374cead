// SPDX-License-Identifier: MIT
#include "kernel/shell/command.hpp"

#include "kernel/shell/commands/groups.hpp"

namespace kernel {
namespace {

constexpr const CommandGroup* groups[] = {
    &namespace_commands, &network_commands, &memory_commands, &attack_commands, &system_commands,
};

} // namespace

std::span<const CommandGroup* const> command_groups() { return groups; }

const Command* find_command(std::string_view name) {
    for (const CommandGroup* group : groups) {
        for (const Command& command : group->commands) {
            if (command.name == name) return &command;
        }
    }
    return nullptr;
}

} // namespace kernel
