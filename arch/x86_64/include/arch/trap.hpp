// SPDX-License-Identifier: MIT
#pragma once

#include "mm/addr.hpp"

#include <cstdint>
#include <string_view>

namespace arch {

/// The interrupted state, as cpu/trap_entry.S pushes it; restored on return, so a handler may
/// change it.
struct TrapFrame {
    std::uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
    std::uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
    std::uint64_t vector;
    std::uint64_t error_code; ///< 0 for vectors that push none
    std::uint64_t rip, cs, rflags, rsp, ss;

    /// Makes the interrupted code go on in `function(argument)` on an empty stack that ends at
    /// `stack_top`, with interrupts off, instead of where it was. This is how a fault ends a task:
    /// what the handler must not do on a fault stack happens on the task's own. Precondition:
    /// stack_top is aligned to 16 bytes and mapped.
    void divert(void (*function)(void*), void* argument, std::uint64_t stack_top);
};
static_assert(sizeof(TrapFrame) == 22 * sizeof(std::uint64_t));

/// Calls `use(name, value)` for each register of a frame, in the order of a report.
template <class Use>
void for_each_register(const TrapFrame& frame, Use&& use) {
    use("rip", frame.rip), use("rsp", frame.rsp), use("rbp", frame.rbp), use("rflags", frame.rflags);
    use("rax", frame.rax), use("rbx", frame.rbx), use("rcx", frame.rcx), use("rdx", frame.rdx);
    use("rsi", frame.rsi), use("rdi", frame.rdi), use("r8", frame.r8), use("r9", frame.r9);
    use("r10", frame.r10), use("r11", frame.r11), use("r12", frame.r12), use("r13", frame.r13);
    use("r14", frame.r14), use("r15", frame.r15), use("cs", frame.cs), use("ss", frame.ss);
}

/// The bits of a page fault's error code (Intel SDM vol. 3A, 4.7).
struct PageFault {
    mm::VirtAddr address;
    bool protection; ///< the page was present, its rights did not allow the access
    bool key;        ///< of those, the rights of its protection key
    bool write;
    bool fetch;
};

inline constexpr std::uint64_t vector_nmi = 2;
inline constexpr std::uint64_t vector_breakpoint = 3;
inline constexpr std::uint64_t vector_double_fault = 8;
inline constexpr std::uint64_t vector_page_fault = 14;

/// The manual's name of an exception, such as "#PF page fault".
std::string_view exception_name(std::uint64_t vector);

/// Runs on the fault stack of this CPU with interrupts off, and must not sleep or switch tasks. It
/// may probe (arch/probe.hpp); any other fault inside it ends the machine. Returning resumes the
/// frame.
using PageFaultHandler = void (*)(TrapFrame& frame, const PageFault& fault);
/// Every exception but the page fault. #DF, NMI and #MC come on stacks of their own, the rest on
/// the current one.
using ExceptionHandler = void (*)(TrapFrame& frame);

/// Install a handler and return the one before. Until the first, an exception prints a line and
/// ends the machine.
PageFaultHandler set_page_fault_handler(PageFaultHandler handler);
ExceptionHandler set_exception_handler(ExceptionHandler handler);

} // namespace arch
