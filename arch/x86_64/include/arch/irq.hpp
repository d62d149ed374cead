// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace arch {

inline constexpr std::uint64_t rflags_interrupt = 1u << 9;

/// Whether this CPU takes interrupts now.
inline bool interrupts_enabled() {
    std::uint64_t flags;
    asm volatile("pushfq; pop %0" : "=r"(flags));
    return (flags & rflags_interrupt) != 0;
}

inline void enable_interrupts() { asm volatile("sti" : : : "memory"); }
inline void disable_interrupts() { asm volatile("cli" : : : "memory"); }

/// Enables interrupts and sleeps until one came, with no gap between the two in which it could be
/// missed.
inline void wait_for_interrupt() { asm volatile("sti; hlt" : : : "memory"); }

/// Stops this CPU for good; only an NMI still reaches it.
[[noreturn]] inline void halt_forever() {
    for (;;) asm volatile("cli; hlt" : : : "memory");
}

/// Keeps interrupts off for its lifetime; nests.
class [[nodiscard]] IrqGuard {
public:
    IrqGuard() { asm volatile("pushfq; pop %0; cli" : "=r"(flags_) : : "memory"); }
    ~IrqGuard() {
        if ((flags_ & rflags_interrupt) != 0) enable_interrupts();
    }
    IrqGuard(const IrqGuard&) = delete;
    IrqGuard& operator=(const IrqGuard&) = delete;

private:
    std::uint64_t flags_;
};

} // namespace arch
