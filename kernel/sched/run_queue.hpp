// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/sched/runnable.hpp"

#include <atomic>

namespace kernel {

/// The tasks of one CPU that are ready to run, first come, first served: round robin, with no
/// priorities but that of every task over the idle task, which never stands here. Not locked.
class RunQueue {
  public:
    /// Precondition: `task` is in no run queue.
    void push(Runnable& task) { ready_.push_back(task); }

    /// The task whose turn it is, no longer in the queue; null if there is none.
    Runnable* pop() { return ready_.pop_front(); }

    /// The first of the first `depth` tasks that `suits`, no longer in the queue; null if none does.
    template <class Predicate>
    Runnable* take_first(size_t depth, Predicate&& suits) {
        for (Runnable& task : ready_) {
            if (depth-- == 0)
                break;
            if (!suits(task))
                continue;
            ready_.remove(task);
            return &task;
        }
        return nullptr;
    }

    [[nodiscard]] bool empty() const { return ready_.empty(); }
    [[nodiscard]] size_t size() const { return ready_.size(); }

  private:
    IntrusiveList<Runnable, &Runnable::run_hook> ready_;
};

} // namespace kernel
