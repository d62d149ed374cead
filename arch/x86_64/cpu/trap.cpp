// SPDX-License-Identifier: MIT
#include <arch/trap.hpp>

#include "arch/x86_64/cpu/control_registers.hpp"
#include "arch/x86_64/cpu/cpu_tables.hpp"
#include "arch/x86_64/cpu/interrupt_dispatch.hpp"
#include "arch/x86_64/cpu/probe_fixup.hpp"
#include "arch/x86_64/cpu/vectors.hpp"
#include "arch/x86_64/platform/early_print.hpp"

#include <arch/cpu.hpp>
#include <arch/exit.hpp>
#include <arch/irq.hpp>

#include <array>
#include <utility>

namespace arch {

namespace {

constexpr std::uint64_t vector_general_protection = 13;
constexpr std::uint64_t error_protection = 1u << 0;
constexpr std::uint64_t error_write = 1u << 1;
constexpr std::uint64_t error_fetch = 1u << 4;
constexpr std::uint64_t error_key = 1u << 5;

constexpr std::array<std::string_view, 32> names{
    "#DE divide error",
    "#DB debug",
    "NMI",
    "#BP breakpoint",
    "#OF overflow",
    "#BR bound range exceeded",
    "#UD invalid opcode",
    "#NM device not available",
    "#DF double fault",
    "coprocessor segment overrun",
    "#TS invalid TSS",
    "#NP segment not present",
    "#SS stack fault",
    "#GP general protection",
    "#PF page fault",
    "reserved 15",
    "#MF x87 error",
    "#AC alignment check",
    "#MC machine check",
    "#XM SIMD error",
    "#VE virtualization",
    "#CP control protection",
    "reserved 22",
    "reserved 23",
    "reserved 24",
    "reserved 25",
    "reserved 26",
    "reserved 27",
    "#HV hypervisor injection",
    "#VC VMM communication",
    "#SX security",
    "reserved 31",
};

// Used before anything else is installed, and when the installed handlers fault themselves.
[[noreturn]] void die(const TrapFrame& frame) {
    early_print("\nfatal: ", exception_name(frame.vector), " at ", Hex{frame.rip}, ", error code ",
                Hex{frame.error_code}, ", address ", Hex{read_cr2()}, "\n");
    for_each_register(
        frame, [](std::string_view name, std::uint64_t value) { early_print("  ", name, " ", Hex{value}, "\n"); });
    exit_machine(ExitCode::Panic);
}

void die_of_page_fault(TrapFrame& frame, const PageFault&) { die(frame); }
void die_of_exception(TrapFrame& frame) { die(frame); }

constinit PageFaultHandler page_fault_handler = die_of_page_fault;
constinit ExceptionHandler exception_handler = die_of_exception;

void dispatch_page_fault(TrapFrame& frame) {
    const mm::VirtAddr address{read_cr2()};
    if (resume_probe(frame)) return;
    const PageFault fault{
        .address = address,
        .protection = (frame.error_code & error_protection) != 0,
        .key = (frame.error_code & error_key) != 0,
        .write = (frame.error_code & error_write) != 0,
        .fetch = (frame.error_code & error_fetch) != 0,
    };
    std::uint32_t depth;
    asm volatile("movl %%gs:%c1, %0; incl %%gs:%c1" : "=&r"(depth) : "i"(offsetof(PerCpuArea, fault_depth)));
    if (depth > 0) die(frame);
    CpuTables& tables = cpu_tables(cpu_id());
    tables.enter_page_fault();
    page_fault_handler(frame, fault);
    tables.leave_page_fault();
    asm volatile("decl %%gs:%c0" : : "i"(offsetof(PerCpuArea, fault_depth)) : "memory", "cc");
}

} // namespace

std::string_view exception_name(std::uint64_t vector) { return vector < names.size() ? names[vector] : "interrupt"; }

void TrapFrame::divert(void (*function)(void*), void* argument, std::uint64_t stack_top) {
    rip = reinterpret_cast<std::uint64_t>(function);
    rdi = reinterpret_cast<std::uint64_t>(argument);
    // As after a call: the stack is off by one return address, which nobody returns to.
    rsp = stack_top - 8;
    rbp = 0;
    rflags &= ~rflags_interrupt;
}

PageFaultHandler set_page_fault_handler(PageFaultHandler handler) { return std::exchange(page_fault_handler, handler); }

ExceptionHandler set_exception_handler(ExceptionHandler handler) { return std::exchange(exception_handler, handler); }

/// What trap_entry.S calls with interrupts off.
extern "C" void trap_dispatch(TrapFrame* frame) {
    if (frame->vector >= vector_first_interrupt) return dispatch_interrupt(*frame);
    if (frame->vector == vector_page_fault) return dispatch_page_fault(*frame);
    if (frame->vector == vector_general_protection && resume_probe(*frame)) return;
    exception_handler(*frame);
}

} // namespace arch
