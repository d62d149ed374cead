// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "kernel/sched/task.hpp"

#include <utility>

namespace kernel {

/// Keeps a task's structure alive, also after the task has died. Move-only; null after a move.
class [[nodiscard]] TaskRef {
public:
    TaskRef() = default;
    /// Takes a reference of its own.
    explicit TaskRef(Task& task);
    /// Takes over the reference that the task was born with.
    static TaskRef adopt(Task& task) {
        TaskRef ref;
        ref.task_ = &task;
        return ref;
    }
    TaskRef(TaskRef&& other) noexcept : task_(std::exchange(other.task_, nullptr)) {}
    TaskRef& operator=(TaskRef&& other) noexcept {
        if (this != &other) {
            reset();
            task_ = std::exchange(other.task_, nullptr);
        }
        return *this;
    }
    ~TaskRef() { reset(); }

    [[nodiscard]] Task* get() const { return task_; }
    Task* operator->() const { return task_; }
    Task& operator*() const { return *task_; }
    explicit operator bool() const { return task_ != nullptr; }

    /// Lets go of the task now. It runs on regardless.
    void reset();

private:
    Task* task_ = nullptr;
};

} // namespace kernel
