// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "kernel/sched/task.hpp"
#include "kernel/sync/spin_locked.hpp"

#include <atomic>
#include <cstdint>

namespace kernel {

/// A group of tasks that share a network namespace. That they all do is the rule the isolation rests on
/// for threads (DESIGN section 6): a process of several threads cannot change its namespace.
/// A shared object. It lives as long as it has tasks.
class Process {
public:
    /// A process without tasks, in `ns` (null: outside all namespaces); it holds a reference to `ns`.
    /// Error: OutOfMemory.
    static Result<Process*> create(NetNamespace* ns);

    [[nodiscard]] uint32_t id() const { return id_; }
    [[nodiscard]] NetNamespace* net_namespace() const { return ns_; }
    [[nodiscard]] size_t thread_count() const;

    /// The process of the kernel's own tasks, outside all namespaces.
    static Process& kernel();

private:
    friend class Spawner;
    friend class CpuScheduler;

    struct Threads {
        IntrusiveList<Task, &Task::process_hook> tasks{};
    };

    uint32_t id_ = 0;
    NetNamespace* ns_ = nullptr;
    SpinLocked<Threads, Rank::Processes> threads_;
};

} // namespace kernel
