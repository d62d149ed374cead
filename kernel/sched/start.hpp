// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "kernel/sched/policy.hpp"

#include <cstdint>

namespace mm {
class AddressSpaceCache;
class Memory;
} // namespace mm

namespace kernel {

/// Turns the boot flow into CPU 0's first task ("boot", outside all namespaces, on the stack it runs
/// on), makes the CPU's idle task and helpers, and starts the tick. Called once, interrupts off; they
/// are on afterwards. Errors: OutOfMemory and what making slab caches gives.
Result<> start_scheduler(mm::Memory& memory, mm::AddressSpaceCache& spaces, SchedulingPolicy policy);

/// Makes the idle task of another CPU, on whose stack that CPU is to begin; returns the stack's top.
/// Error: OutOfMemory. Thread context.
Result<uint64_t> make_idle_task(unsigned cpu);

/// What that CPU runs from then on, interrupts being off: it becomes its idle task, starts its tick,
/// and runs what it is given.
[[noreturn]] void run_idle_task();

/// Gives a CPU that runs the two tasks that every CPU has: one that frees what dead tasks leave, one
/// that serves tasks from outside all namespaces. Error: OutOfMemory. Thread context.
Result<> spawn_helpers(unsigned cpu);

} // namespace kernel
