// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/intrusive_list.hpp"
#include "kernel/sched/task.hpp"
#include "kernel/sync/spin_locked.hpp"

namespace kernel {

/// All tasks, in the order of their birth, until they are reaped.
class TaskTable {
public:
    void add(Task& task) { tasks_.lock()->push_back(task); }
    void remove(Task& task) { tasks_.lock()->remove(task); }

    /// Calls `visit(Task&)` for each, with the lock held: it may wake or count, not sleep or free.
    template <class F>
    void for_each(F&& visit) {
        tasks_.with([&](List& list) {
            for (Task& task : list) visit(task);
        });
    }

    [[nodiscard]] size_t size() const { return tasks_.unlocked().size(); }

private:
    using List = IntrusiveList<Task, &Task::table_hook>;
    SpinLocked<List, Rank::TaskTable> tasks_;
};

/// The system's tasks.
TaskTable& tasks();

} // namespace kernel
