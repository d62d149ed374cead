// SPDX-License-Identifier: MIT
#pragma once

#include <arch/cpu.hpp>

/// The host has no interrupts; the flag is kept so that code which asks for it can be checked.
namespace arch {

inline bool interrupts_enabled() { return !host::cpu_state.interrupts_off; }
inline void interrupts_enable() { host::cpu_state.interrupts_off = false; }
inline void interrupts_disable() { host::cpu_state.interrupts_off = true; }
inline void wait_for_interrupt() {
    interrupts_enable();
    pause();
}

class [[nodiscard]] IrqGuard {
public:
    IrqGuard() : were_off_(host::cpu_state.interrupts_off) { interrupts_disable(); }
    ~IrqGuard() { host::cpu_state.interrupts_off = were_off_; }
    IrqGuard(const IrqGuard&) = delete;
    IrqGuard& operator=(const IrqGuard&) = delete;

private:
    bool were_off_;
};

} // namespace arch
