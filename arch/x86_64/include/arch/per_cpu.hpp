// SPDX-License-Identifier: MIT
#pragma once

#include <arch/preempt.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace arch {

/// How many counters a CPU counts in at a time (<arch/counters.hpp>), and how far the sets of two
/// neighbouring CPUs are apart.
inline constexpr std::size_t counter_slots = 32;
inline constexpr std::size_t counter_stride = 512;

/// What a CPU finds through %gs in one instruction. Shared memory, so it points to shared objects
/// only.
struct alignas(counter_stride) PerCpuArea {
    PerCpuArea* self;
    void* current_task;          ///< the scheduler's task object
    std::uint32_t id;            ///< 0 .. max_cpus - 1, dense
    std::uint32_t preempt_count; ///< > 0: the task is not switched away from
    std::uint32_t irq_depth;     ///< > 0: inside an interrupt handler
    std::uint32_t reschedule;    ///< 1: a switch is due as soon as preempt_count is 0
    std::uint32_t apic_id;
    std::uint32_t fault_depth; ///< > 1: a fault within the fault handler
    std::uint64_t counter_set; ///< from here to the set that is counted in; 0: `counters`
    alignas(64) std::array<std::uint64_t, counter_slots> counters;
};

static_assert(offsetof(PerCpuArea, self) == 0);
static_assert(offsetof(PerCpuArea, id) == ARCH_PER_CPU_ID);
static_assert(offsetof(PerCpuArea, preempt_count) == ARCH_PER_CPU_PREEMPT_COUNT);
static_assert(sizeof(PerCpuArea) == counter_stride);

/// The area of the CPU with number `cpu`, running or not. They stand in a row.
PerCpuArea& per_cpu_area(unsigned cpu);

} // namespace arch
