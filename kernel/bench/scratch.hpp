// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <type_traits>

#include "kernel/ns/namespace_registry.hpp"
#include "kernel/sched/sched.hpp"

namespace kernel::bench {

/// Runs `work()` in a task inside `ns` and waits for its end. What it captures by reference is on this
/// caller's stack, which is shared: the caller is outside all namespaces. Errors: those of run_in().
template <class Work>
Result<> run_inside(NetNamespace& ns, Work&& work) {
    using Function = std::remove_reference_t<Work>;
    return run_in(ns, "bench", [](void* function) { (*static_cast<Function*>(function))(); }, &work);
}

/// A namespace for a measurement's sake, gone when this goes. For tasks outside all namespaces.
class Scratch {
public:
    explicit Scratch(std::string_view name) {
        if (auto made = namespaces().create(name)) ns_ = std::move(*made);
    }
    ~Scratch() {
        if (ns_) static_cast<void>(namespaces().remove(ns_->name()));
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    explicit operator bool() const { return static_cast<bool>(ns_); }
    NetNamespace& operator*() const { return *ns_; }
    NetNamespace* operator->() const { return ns_.get(); }

    /// run_inside() this one.
    template <class Work>
    Result<> inside(Work&& work) const {
        return run_inside(*ns_, work);
    }

private:
    NamespaceRef ns_;
};

} // namespace kernel::bench
