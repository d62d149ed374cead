// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace arch {

/// What a CPU finds through %gs in one instruction. Shared memory, so it points to shared objects
/// only.
struct alignas(64) PerCpuArea {
    PerCpuArea* self;
    void* current_task;          ///< the scheduler's task object
    std::uint32_t id;            ///< 0 .. max_cpus - 1, dense
    std::uint32_t preempt_count; ///< > 0: the task is not switched away from
    std::uint32_t irq_depth;     ///< > 0: inside an interrupt handler
    std::uint32_t reschedule;    ///< 1: a switch is due as soon as preempt_count is 0
    std::uint32_t apic_id;
    std::uint32_t fault_depth; ///< > 1: a fault within the fault handler
};

static_assert(offsetof(PerCpuArea, self) == 0);

} // namespace arch
