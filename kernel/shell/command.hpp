// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <format>
#include <span>
#include <string_view>

#include "kernel/base/console.hpp"
#include "kernel/base/result.hpp"

namespace kernel {

/// What came of a command. Whoever returns Failed has printed why.
enum class Status : std::uint8_t { Ok, Failed, BadUsage };

/// Where a command has to run.
enum class Place : std::uint8_t {
    Anywhere,  ///< in whichever task asks for it
    System,    ///< outside all namespaces: it makes, ends or enters them
    Namespace, ///< inside a network namespace: the one of `ns exec`, else init
    OwnTask,   ///< in a task of its own, which it may well not survive
};

/// The words behind the command's name. They lie in shared memory.
using Arguments = std::span<const std::string_view>;

struct Command {
    std::string_view name;
    std::string_view usage; ///< the arguments, as help shows them
    std::string_view help;  ///< one line; more lines begin with a line feed
    Place place;
    Status (*run)(Arguments arguments);
};

/// Commands that belong together in the help text; one source file has one.
struct CommandGroup {
    std::string_view title;
    std::span<const Command> commands;
};

/// All groups, in the order of the help text.
std::span<const CommandGroup* const> command_groups();

/// The command of that name, or null.
const Command* find_command(std::string_view name);

/// Prints "error: ..." and says so: `return failed("no namespace '{}'", name)`.
template <class... Args>
Status failed(std::format_string<Args...> format, Args&&... args) {
    console::Writer writer;
    console::Appender out(writer);
    std::format_to(out, "error: ");
    std::vformat_to(out, format.get(), std::make_format_args(args...));
    writer.put('\n');
    return Status::Failed;
}

/// The status of something that either worked or explains itself: prints "error: WHAT: reason".
inline Status status_of(std::string_view what, const Result<>& result) {
    return result ? Status::Ok : failed("{}: {}", what, name(result.error()));
}

} // namespace kernel
