// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace arch {

/// Where a visit goes, and how it comes back.
struct Visit {
    std::uint64_t there;     ///< for CR3, as load_pgd() takes it
    std::uint64_t back;      ///< for CR3 afterwards
    std::uint64_t stack_top; ///< of the stack to work on, aligned to 16 bytes
};

/// visit(), with its arguments in registers: the caller's memory may be out of sight.
extern "C" void visit_space(std::uint64_t there, std::uint64_t back, std::uint64_t stack_top, void (*work)(void*),
                            void* argument);

/// Calls work(argument) on another page table and another stack, and comes back. Between the two loads of CR3 nothing
/// touches the stack that the caller stands on, which the other page table need not map. Interrupts off. Preconditions:
/// both page tables map the code, the stack of the visit and all that `work` touches; `work` does not sleep.
inline void visit(const Visit& visit, void (*work)(void* argument), void* argument) {
    visit_space(visit.there, visit.back, visit.stack_top, work, argument);
}

} // namespace arch
