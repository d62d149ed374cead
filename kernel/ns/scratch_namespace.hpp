// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/ns/namespace_registry.hpp"
#include "kernel/sched/sched.hpp"

#include <string_view>
#include <utility>

namespace kernel {

/// Runs `work()` in a task inside `ns` and waits for its end. What it captures by reference is on this caller's stack,
/// which is shared: the caller is outside all namespaces. Errors: those of run_in().
template <class Work>
Result<> run_inside(NetNamespace& ns, Work work) {
    return run_in(ns, "scratch", [](void* function) { (*static_cast<Work*>(function))(); }, &work);
}

/// A namespace for the time of a test or a measurement, which is outside all namespaces, on a shared stack.
class [[nodiscard]] ScratchNamespace {
public:
    explicit ScratchNamespace(std::string_view name) {
        if (auto made = namespaces().create(name)) ns_ = std::move(*made);
    }
    ~ScratchNamespace() { remove(); }
    ScratchNamespace(const ScratchNamespace&) = delete;
    ScratchNamespace& operator=(const ScratchNamespace&) = delete;

    /// Whether it could be made, and has not been removed.
    explicit operator bool() const { return static_cast<bool>(ns_); }
    NetNamespace& operator*() const { return *ns_; }
    NetNamespace* operator->() const { return ns_.get(); }

    /// run_inside() this one.
    template <class Work>
    Result<> inside(Work work) const {
        return run_inside(*ns_, work);
    }

    /// Starts `work()` in a task inside. It must outlive the task. Null if it could not.
    template <class Work>
    TaskRef begin(Work& work) const {
        auto task = spawn_process(
            ns_.get(),
            {.name = "scratch", .function = [](void* all) { (*static_cast<Work*>(all))(); }, .argument = &work});
        return task ? std::move(*task) : TaskRef();
    }

    /// Ends it now. False if it is gone.
    bool remove() {
        if (!ns_) return false;
        const bool removed = namespaces().remove(ns_->name()).has_value();
        ns_.reset();
        return removed;
    }

private:
    NamespaceRef ns_;
};

} // namespace kernel
