// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <thread>

/// The host twin of a CPU: a thread that said which one it is (arch::host::set_cpu), else CPU 0.
namespace arch {

inline constexpr unsigned max_cpus = 16;

namespace host {

/// What the kernel's CPUs keep behind %gs.
struct CpuState {
    unsigned id = 0;
    std::uint32_t preempt_count = 0;
    std::uint32_t irq_depth = 0;
    bool interrupts_off = false;
    bool reschedule = false;
    void* current_task = nullptr;
};

inline thread_local CpuState cpu_state;
inline void (*reschedule_hook)() = nullptr;

/// Makes the calling thread CPU `id` from now on.
inline void set_cpu(unsigned id) { cpu_state.id = id; }

} // namespace host

/// Gives the other threads a turn, as `pause` does to the other hardware thread.
inline void pause() { std::this_thread::yield(); }

inline unsigned cpu_id() { return host::cpu_state.id; }

inline void* current_task() { return host::cpu_state.current_task; }
inline void set_current_task(void* task) { host::cpu_state.current_task = task; }

inline std::uint32_t preempt_count() { return host::cpu_state.preempt_count; }
inline bool in_interrupt() { return host::cpu_state.irq_depth != 0; }
inline void request_reschedule() { host::cpu_state.reschedule = true; }
inline bool reschedule_requested() { return host::cpu_state.reschedule; }
inline void clear_reschedule() { host::cpu_state.reschedule = false; }
inline void set_reschedule_hook(void (*hook)()) { host::reschedule_hook = hook; }

inline void preempt_point() {
    if (!host::cpu_state.interrupts_off && host::reschedule_hook != nullptr) host::reschedule_hook();
}

inline void preempt_disable() { ++host::cpu_state.preempt_count; }
inline void preempt_enable() {
    if (--host::cpu_state.preempt_count == 0 && reschedule_requested()) preempt_point();
}

class [[nodiscard]] PreemptGuard {
public:
    PreemptGuard() { preempt_disable(); }
    ~PreemptGuard() { preempt_enable(); }
    PreemptGuard(const PreemptGuard&) = delete;
    PreemptGuard& operator=(const PreemptGuard&) = delete;
};

} // namespace arch
