// SPDX-License-Identifier: MIT
#include "kernel/diag/panic.hpp"

#include <arch/backtrace.hpp>
#include <arch/cpu.hpp>
#include <arch/exit.hpp>
#include <arch/irq.hpp>
#include <arch/trap.hpp>

#include "kernel/base/assert.hpp"
#include "kernel/base/console.hpp"
#include "kernel/diag/report.hpp"
#include "kernel/smp/stop.hpp"

namespace kernel {
namespace {

/// Stops the other CPUs and takes the console for good. A panic within a panic ends the machine at once.
void begin_panic() {
    arch::disable_interrupts();
    if (!smp::claim_panic()) {
        write("\npanic within a panic\n");
        arch::exit_machine(arch::ExitCode::Panic);
    }
    console::enter_panic();
}

void print_headline(std::string_view why) {
    print("\npanic: {}\n  cpu {}, ", why, arch::cpu_id());
    diag::print_current_task();
    write("\n");
}

} // namespace

void panic(std::string_view why, std::source_location where) {
    begin_panic();
    print_headline(why);
    print("  at {}:{} in {}\n", where.file_name(), where.line(), where.function_name());
    diag::print_backtrace(0, arch::frame_pointer());
    smp::print_stopped_cpus();
    arch::exit_machine(arch::ExitCode::Panic);
}

void panic_at(std::string_view why, const arch::TrapFrame& frame) {
    begin_panic();
    print_headline(why);
    diag::print_registers(frame);
    diag::print_backtrace(frame.rip, frame.rbp);
    smp::print_stopped_cpus();
    arch::exit_machine(arch::ExitCode::Panic);
}

} // namespace kernel
