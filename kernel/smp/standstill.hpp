// SPDX-License-Identifier: MIT
#pragma once

#include "mm/tlb/cpu_mask.hpp"

namespace kernel::smp {

/// Keeps every other CPU from running tasks for its lifetime, and this one from switching: for a look
/// at everything at once, such as the audit. The others stand between two instructions of a task that
/// could have been preempted there, so they hold no spin lock; they go on answering flush requests.
/// Thread context; one at a time, a second one waits. While it lives: no sleeping.
class [[nodiscard]] Standstill {
public:
    Standstill();
    ~Standstill();
    Standstill(const Standstill&) = delete;
    Standstill& operator=(const Standstill&) = delete;

private:
    mm::CpuMask others_;
};

/// At the end of an interrupt that interrupted code with preemption on: stands still if somebody needs
/// that. Interrupts off.
void stand_still_if_asked();

} // namespace kernel::smp
