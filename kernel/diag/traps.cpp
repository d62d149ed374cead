// SPDX-License-Identifier: MIT
#include "kernel/diag/traps.hpp"

#include <arch/cpu.hpp>
#include <arch/trap.hpp>

#include "kernel/base/console.hpp"
#include "kernel/base/events.hpp"
#include "kernel/base/fixed_text.hpp"
#include "kernel/diag/fault_report.hpp"
#include "kernel/diag/panic.hpp"
#include "kernel/diag/report.hpp"
#include "kernel/sched/sched.hpp"
#include "kernel/smp/stop.hpp"

namespace kernel::diag {
namespace {

// Vectors whose cause can be an address that a task made up: a non-canonical one is no page fault.
constexpr std::uint64_t vector_stack_fault = 12;
constexpr std::uint64_t vector_general_protection = 13;

/// Whether ending the interrupted task is enough. A CPU in an interrupt handler, or in code that may not be
/// preempted, holds what the rest of the system needs.
bool blames_task() { return scheduler_running() && !arch::in_interrupt() && arch::preempt_count() == 0; }

/// Ends the interrupted task, or panics if it cannot be ended where it is.
void end_task(arch::TrapFrame& frame) {
    print_backtrace(frame.rip, frame.rbp);
    if (!kill_current_from_trap(frame)) panic_at("the task that faulted cannot be ended there", frame);
    write("the task ends; the system goes on\n");
}

void on_page_fault(arch::TrapFrame& frame, const arch::PageFault& fault) {
    console::seize();
    count(Event::Faults);
    const Access access = fault.fetch ? Access::Execute : fault.write ? Access::Write : Access::Read;
    if (!blames_task()) {
        const FixedText<96> why("page fault: {} of {:#x}", name(access), fault.address.raw());
        panic_at(why.view(), frame);
    }
    const Cause cause = fault.key ? Cause::Key : fault.protection ? Cause::Rights : Cause::NotMapped;
    report_fault(access, fault.address, cause);
    end_task(frame);
}

void on_exception(arch::TrapFrame& frame) {
    if (frame.vector == arch::vector_nmi) smp::stop_if_panicking(frame);
    console::seize();
    const bool address_fault = frame.vector == vector_general_protection || frame.vector == vector_stack_fault;
    if (!address_fault || !blames_task()) panic_at(arch::exception_name(frame.vector), frame);
    count(Event::Faults);
    write("fault: ");
    print_current_task();
    print(": {}, as by a non-canonical address\n", arch::exception_name(frame.vector));
    end_task(frame);
}

} // namespace

void install_trap_handlers() {
    arch::set_page_fault_handler(on_page_fault);
    arch::set_exception_handler(on_exception);
}

} // namespace kernel::diag
