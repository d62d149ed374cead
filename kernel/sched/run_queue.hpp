// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/assert.hpp"
#include "kernel/sched/runnable.hpp"

#include <cstddef>

namespace kernel {

/// The tasks of one CPU that are ready to run, first come, first served: round robin, with no
/// priorities but that of every task over the idle task, which never stands here. Not locked.
///
///     first_ -> task -> task -> task -> null
///                                 ^-- last_ points to the link to fill next (first_, if there is none)
class RunQueue {
public:
    RunQueue() = default;
    RunQueue(const RunQueue&) = delete; // last_ may point into it
    RunQueue& operator=(const RunQueue&) = delete;

    /// Precondition: `task` is in no run queue.
    void push(Runnable& task) {
        ensure(task.next_ready == &task, "already in a run queue");
        task.next_ready = nullptr;
        *last_ = &task;
        last_ = &task.next_ready;
        ++size_;
    }

    /// The task whose turn it is, no longer in the queue; null if there is none.
    Runnable* pop() {
        Runnable* const task = first_;
        return task != nullptr ? take(first_) : nullptr;
    }

    /// The first of the first `depth` tasks that `suits`, no longer in the queue; null if none does.
    template <class Predicate>
    Runnable* take_first(size_t depth, Predicate&& suits) {
        for (Runnable** link = &first_; *link != nullptr && depth-- != 0; link = &(*link)->next_ready) {
            if (suits(**link)) return take(*link);
        }
        return nullptr;
    }

    [[nodiscard]] bool empty() const { return first_ == nullptr; }
    [[nodiscard]] size_t size() const { return size_; }

private:
    Runnable* take(Runnable*& link) {
        Runnable& task = *link;
        link = task.next_ready;
        if (link == nullptr) last_ = &link;
        --size_;
        task.next_ready = &task;
        return &task;
    }

    Runnable* first_ = nullptr;
    Runnable** last_ = &first_;
    size_t size_ = 0;
};

} // namespace kernel
