// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace arch {

/// Where a task that does not run will go on. Lives in shared memory (in the task object); what
/// lies on the task's stack is only touched while the task's own page tables are loaded, also when
/// it starts for the first time.
struct Context {
    std::uint64_t stack_pointer = 0;
    std::uint64_t resume_address = 0;
    std::uint64_t entry = 0;    ///< of a task that has not run yet
    std::uint64_t argument = 0; ///< for `entry`

    /// A context that will call `entry(argument)` with interrupts off on an empty stack. The entry
    /// must not return. Precondition: stack_top is the end of the stack, aligned to 16 bytes.
    static Context start(std::uint64_t stack_top, void (*entry)(void*), void* argument);
};
static_assert(offsetof(Context, argument) == 24);

/// Leaves `from`, to return from this very call when somebody switches back to it, and goes on in
/// `to`. If `pgd` is not 0 it is loaded (arch/pgd.hpp) after the last access to the old stack and
/// before the first to the new one, and so are `key_rights` unless they are 0
/// (arch/protection_keys.hpp). Precondition: interrupts off; both contexts in memory that either page
/// table maps.
extern "C" void switch_context(Context& from, const Context& to, std::uint64_t pgd,
                               std::uint32_t key_rights);

} // namespace arch
