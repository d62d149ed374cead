// SPDX-License-Identifier: MIT
#include "kernel/base/console.hpp"
#include "kernel/base/log.hpp"
#include "kernel/diag/panic.hpp"
#include "kernel/options/parser.hpp"
#include "kernel/test/runner.hpp"

#include <arch/boot_info.hpp>
#include <arch/clock.hpp>
#include <arch/exit.hpp>
#include <arch/serial.hpp>

#include <array>

namespace kernel {

namespace {

constinit std::array<char, 4096> option_text{};

void run_tests_and_leave(const Options& options) {
    if (options.test_list == Switch::Yes) {
        test::list_tests(options.test.value_or("*"));
        arch::exit_machine(arch::ExitCode::Success);
    }
    if (!options.test) return;
    const test::Summary summary =
        test::run_tests({.pattern = *options.test, .seconds_per_test = options.test_timeout_s});
    arch::exit_machine(summary.failed == 0 ? arch::ExitCode::Success : arch::ExitCode::Failure);
}

} // namespace

} // namespace kernel

/// The order of start-up, one call a step.
extern "C" [[noreturn]] void arch::kernel_main(const arch::BootInfo& info) {
    using namespace kernel;
    // 1. A voice.
    console::set_sink(arch::serial_write);
    log::set_clock(arch::now_ns);
    // 2. What the user asked for.
    const Options options = parse_options(info.command_line, option_text, warn_of);
    log::set_level(options.effective_log());
    set_mutant(options.mutant);
    log::info("Lacuna, {} on the command line", info.command_line);
    // 3. What this boot is for.
    run_tests_and_leave(options);
    arch::exit_machine(arch::ExitCode::Success);
}
