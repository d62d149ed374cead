// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/sched/object_pool.hpp"
#include "kernel/sched/process.hpp"
#include "kernel/sched/task.hpp"

namespace mm {
class AddressSpaceCache;
}

namespace kernel {

/// What the scheduler is given at boot: where tasks and processes come from (shared slab caches,
/// like everything that queues and tables link), and the address spaces that they run on.
struct SchedulerObjects {
    ObjectPool<Task> tasks;
    ObjectPool<Process> processes;
    mm::AddressSpaceCache* spaces = nullptr; ///< what tasks run on

    /// Errors: those of ObjectPool::open().
    Result<> open(mm::SlabRegistry& registry, mm::AddressSpaceCache& address_spaces);
};

SchedulerObjects& objects();

} // namespace kernel
