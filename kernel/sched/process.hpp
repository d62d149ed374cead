// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/intrusive_list.hpp"
#include "kernel/base/result.hpp"
#include "kernel/ns/namespace_ref.hpp"
#include "kernel/sched/task.hpp"
#include "kernel/sync/spin_locked.hpp"

#include <cstdint>

namespace kernel {

/// A group of tasks that share a network namespace. That they all do is what lets a namespace's
/// memory be taken from a thread by loading another page table: so a process of several threads
/// cannot change its namespace (docs/namespaces-and-wires.md). A shared object that lives until its last task
/// has been reaped.
class Process {
public:
    /// A process in `ns` (null: outside all namespaces), to be given its first task at once.
    /// Error: OutOfMemory.
    static Result<Process*> create(NetNamespace* ns);

    /// The process of the kernel's own tasks, outside all namespaces; never destroyed.
    static Process& kernel();
    /// Makes it. Error: OutOfMemory. Boot only.
    static Result<> create_kernel();

    [[nodiscard]] uint32_t id() const { return id_; }
    [[nodiscard]] NetNamespace* net_namespace() const { return ns_.get(); }
    [[nodiscard]] size_t thread_count() const { return threads_.unlocked().size(); }

    void add(Task& task);

    /// Ends a process that was given no task after all.
    void destroy_unused();

    /// Forgets a dead task, and destroys the process with the last one. Thread context.
    void remove(Task& task);

    /// Moves the process to `ns` if `only` is its one thread. Returns the namespace left, for the
    /// caller to let go of. Error: MultiThreaded.
    Result<NamespaceRef> move(Task& only, NetNamespace* ns);

    explicit Process(NetNamespace* ns);

private:
    using Threads = IntrusiveList<Task, &Task::process_hook>;

    uint32_t id_;
    NamespaceRef ns_;
    SpinLocked<Threads, Rank::Processes> threads_;
};

} // namespace kernel
