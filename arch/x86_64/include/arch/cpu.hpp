// SPDX-License-Identifier: MIT
#pragma once

#include <arch/per_cpu.hpp>

#include <cstddef>
#include <cstdint>

/// The CPU that runs this: who it is, and whether it may switch tasks. Each access is one
/// instruction through %gs.
namespace arch {

inline constexpr unsigned max_cpus = 16;

/// What is in every spin loop: lets the other hardware thread, or under -icount the other virtual
/// CPU, go on.
inline void pause() { asm volatile("pause" : : : "memory"); }

/// The number of this CPU, dense from 0. Stable only while preemption or interrupts are off.
inline unsigned cpu_id() {
    std::uint64_t id; // a 32-bit load clears the upper half, so that an index needs no widening
    asm volatile("movl %%gs:%c1, %k0" : "=r"(id) : "i"(offsetof(PerCpuArea, id)));
    __builtin_assume(id < max_cpus);
    return static_cast<unsigned>(id);
}

/// The object that `set_current_task` gave this CPU; null before the scheduler runs.
inline void* current_task() {
    void* task;
    asm volatile("movq %%gs:%c1, %0" : "=r"(task) : "i"(offsetof(PerCpuArea, current_task)));
    return task;
}

inline void set_current_task(void* task) {
    asm volatile("movq %0, %%gs:%c1" : : "r"(task), "i"(offsetof(PerCpuArea, current_task)) : "memory");
}

inline std::uint32_t preempt_count() {
    std::uint32_t count;
    asm volatile("movl %%gs:%c1, %0" : "=r"(count) : "i"(offsetof(PerCpuArea, preempt_count)));
    return count;
}

/// Whether this runs inside an interrupt handler.
inline bool in_interrupt() {
    std::uint32_t depth;
    asm volatile("movl %%gs:%c1, %0" : "=r"(depth) : "i"(offsetof(PerCpuArea, irq_depth)));
    return depth != 0;
}

/// Notes that this CPU should switch tasks; the scheduler looks at the note in the irq exit hook,
/// among others.
inline void request_reschedule() {
    asm volatile("movl $1, %%gs:%c0" : : "i"(offsetof(PerCpuArea, reschedule)) : "memory");
}

inline bool reschedule_requested() {
    std::uint32_t due;
    asm volatile("movl %%gs:%c1, %0" : "=r"(due) : "i"(offsetof(PerCpuArea, reschedule)));
    return due != 0;
}

/// The scheduler calls this when it has acted on a request.
inline void clear_reschedule() {
    asm volatile("movl $0, %%gs:%c0" : : "i"(offsetof(PerCpuArea, reschedule)) : "memory");
}

/// `hook` runs at the end of the outermost interrupt if the interrupted code had preemption
/// enabled: on its stack, after the device was answered, interrupts off. It may switch tasks, and
/// returns when the task goes on. One hook, set before the first interrupt.
void set_irq_exit_hook(void (*hook)());

inline void preempt_disable() {
    asm volatile("incl %%gs:%c0" : : "i"(offsetof(PerCpuArea, preempt_count)) : "memory", "cc");
}

/// Does not switch tasks itself: a request that came meanwhile waits for the next interrupt or for
/// the scheduler.
inline void preempt_enable() {
    asm volatile("decl %%gs:%c0" : : "i"(offsetof(PerCpuArea, preempt_count)) : "memory", "cc");
}

/// Keeps this task on its CPU, and every other off it, for its lifetime; interrupts still come.
/// Nests.
class [[nodiscard]] PreemptGuard {
public:
    PreemptGuard() { preempt_disable(); }
    ~PreemptGuard() { preempt_enable(); }
    PreemptGuard(const PreemptGuard&) = delete;
    PreemptGuard& operator=(const PreemptGuard&) = delete;
};

} // namespace arch
