// SPDX-License-Identifier: MIT
#include "kernel/shell/shell.hpp"

#include <arch/exit.hpp>
#include <array>
#include <atomic>

#include "kernel/base/log.hpp"
#include "kernel/sched/sched.hpp"
#include "kernel/shell/console_input.hpp"
#include "kernel/shell/line_editor.hpp"
#include "kernel/shell/line_parser.hpp"
#include "kernel/shell/runner.hpp"

namespace kernel {
namespace {

constexpr std::size_t max_words = 32;

/// Whether a command of an unattended run has failed: it decides the machine's exit code. At the prompt a
/// person decides what a failure means.
constinit std::atomic<bool> unattended{true};
constinit std::atomic<bool> any_failure{false};

// The shell's own memory is shared and static: the words of a command are read in other address spaces.
constinit std::array<char, 8192> line_storage{};
constinit LineEditor editor("lacuna> ", write,
                            [](std::string_view before, std::string_view word, LineEditor::Offer offer, void* context) {
                                // Commands stand at the beginning of a command, or behind `ns exec NAME`.
                                const std::size_t separator = before.rfind(';');
                                if (separator != std::string_view::npos) before.remove_prefix(separator + 1);
                                LineParser parser(before, line_storage);
                                std::array<std::string_view, 4> words;
                                const auto parsed = parser.next(words);
                                const bool first = parsed.kind == LineParser::Kind::End;
                                const bool within =
                                    parsed.words.size() == 3 && parsed.words[0] == "ns" && parsed.words[1] == "exec";
                                const bool about = parsed.words.size() == 1 && parsed.words[0] == "help";
                                if (!first && !within && !about) return;
                                for (const CommandGroup* group : command_groups()) {
                                    for (const Command& command : group->commands) {
                                        if (command.name.starts_with(word)) offer(command.name, context);
                                    }
                                }
                            });

[[noreturn]] void prompt_for_ever() {
    if (const auto started = console_input::start(); !started) {
        log::error("no input from the console: {}", name(started.error()));
    }
    editor.begin();
    while (true) {
        const auto byte = console_input::read();
        if (!byte) continue;
        if (const auto line = editor.feed(*byte)) {
            static_cast<void>(run_line(*line));
            editor.begin();
        }
    }
}

} // namespace

namespace {

Status run_commands(std::string_view line) {
    LineParser parser(line, line_storage);
    std::array<std::string_view, max_words> room;
    Status all = Status::Ok;
    while (true) {
        const auto parsed = parser.next(room);
        switch (parsed.kind) {
        case LineParser::Kind::End:
            return all;
        case LineParser::Kind::UnfinishedQuote:
            return failed("a quote is not closed");
        case LineParser::Kind::TooLong:
            return failed("a command has more than {} words, or the line is too long", max_words);
        case LineParser::Kind::Command:
            break;
        }
        if (run_command(parsed.words) != Status::Ok) {
            all = Status::Failed;
            any_failure.store(true); // at once: the next command may be poweroff
        }
    }
}

} // namespace

Status run_line(std::string_view line) {
    const Status all = run_commands(line);
    if (all != Status::Ok) any_failure.store(true);
    return all;
}

void power_off() {
    const bool failure = unattended.load() && any_failure.load();
    arch::exit_machine(failure ? arch::ExitCode::Failure : arch::ExitCode::Success);
}

void run_shell(const Options& options) {
    if (options.demo == Switch::Yes) static_cast<void>(run_demo());
    if (options.autorun) static_cast<void>(run_line(*options.autorun));
    if (options.unattended()) power_off();
    unattended.store(false);
    prompt_for_ever();
}

} // namespace kernel
