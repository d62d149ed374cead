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
    /// Whether a CPU stands on the stack, or is about to. Only switch_context()'s caller knows when a
    /// CPU has left for good, so the flag is the scheduler's to set and clear; no other CPU may go on in
    /// a context that is occupied.
    std::uint64_t occupied_flag = 0;

    /// What a new task begins with: its argument, and the context that the CPU came from.
    using Entry = void (*)(void* argument, Context& left);

    /// A context that will call `entry(argument, left)` with interrupts off on an empty stack. The
    /// entry must not return. Precondition: stack_top is the end of the stack, aligned to 16 bytes.
    static Context start(std::uint64_t stack_top, Entry entry, void* argument);

    // Ordering: whoever sees that a CPU has left sees all that it did before.
    void occupy() { __atomic_store_n(&occupied_flag, 1, __ATOMIC_RELAXED); }
    void leave() { __atomic_store_n(&occupied_flag, 0, __ATOMIC_RELEASE); }
    bool occupied() const { return __atomic_load_n(&occupied_flag, __ATOMIC_ACQUIRE) != 0; }
};
static_assert(offsetof(Context, argument) == 24);

/// Leaves `from`, to return from this very call when somebody switches back to it, perhaps on another
/// CPU, and goes on in `to`. Returns the context that the CPU which returns came from. If `pgd` is not 0
/// it is loaded (arch/pgd.hpp) after the last access to the old stack and before the first to the new
/// one, and so are `key_rights` unless they are 0 (arch/protection_keys.hpp). Precondition: interrupts
/// off; both contexts in memory that either page table maps.
extern "C" Context* switch_context(Context& from, const Context& to, std::uint64_t pgd, std::uint32_t key_rights);

} // namespace arch
