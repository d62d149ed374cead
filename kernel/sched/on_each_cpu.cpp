// SPDX-License-Identifier: MIT
#include "kernel/sched/on_each_cpu.hpp"

#include "kernel/sched/cpu_scheduler.hpp"
#include "kernel/sched/sched.hpp"
#include "kernel/smp/cpus.hpp"
#include "kernel/sync/blocking.hpp"
#include "kernel/sync/mutex.hpp"

namespace kernel {

namespace {

[[clang::no_destroy]] constinit Mutex one_at_a_time{"on each cpu"};
// Not on the caller's stack, which may be some namespace's own.
[[clang::no_destroy]] constinit Chore chore;

} // namespace

void on_each_cpu(void (*function)(void*), void* argument) {
    ensure(!CpuScheduler::is_reaping(), "a reaper waits for the reapers");
    const KillShield shield;
    const MutexGuard guard(one_at_a_time);
    chore.run = function;
    chore.argument = argument;
    const mm::CpuMask cpus = smp::online();
    unsigned asked = 0;
    for (unsigned cpu = 0; cpu < arch::max_cpus; ++cpu) {
        if (!cpus.contains(cpu)) continue;
        CpuScheduler::on(cpu).give_chore(chore);
        ++asked;
    }
    for (; asked > 0; --asked) ensure(chore.done.acquire().has_value(), "a shielded wait ended early");
}

bool try_on_each_cpu(void (*function)(void*), void* argument) {
    // A reaper may run out of memory too: a cache's first free on a CPU takes a magazine.
    if (!may_sleep() || CpuScheduler::is_reaping()) return false;
    on_each_cpu(function, argument);
    return true;
}

} // namespace kernel
