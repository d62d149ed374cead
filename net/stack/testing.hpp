// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "kernel/ns/namespace_registry.hpp"
#include "kernel/sched/sched.hpp"

#include <string_view>

/// What the booted tests of net/ share. Tests run in a task outside all namespaces, on a shared stack.
namespace net::testing {

/// A namespace that exists for a test.
class Sandbox {
public:
    explicit Sandbox(std::string_view name) {
        if (auto made = kernel::namespaces().create(name)) space_ = std::move(*made);
    }
    ~Sandbox() { remove(); }
    Sandbox(const Sandbox&) = delete;
    Sandbox& operator=(const Sandbox&) = delete;

    explicit operator bool() const { return static_cast<bool>(space_); }
    kernel::NetNamespace& space() const { return *space_; }

    /// Runs `function()` in a task inside the namespace and waits for its end. It sees this caller's
    /// variables, because they are on a shared stack. False if the task was killed or never ran.
    template <class Function>
    bool run(Function&& function) const {
        using Fn = std::remove_reference_t<Function>;
        return kernel::run_in(*space_, "test", [](void* fn) { (*static_cast<Fn*>(fn))(); }, &function).has_value();
    }

    /// Starts `function()` in a task inside the namespace. It must outlive the task. Null if it could not.
    template <class Function>
    kernel::TaskRef begin(Function& function) const {
        auto task = kernel::spawn_process(
            &space(),
            {.name = "test", .function = [](void* fn) { (*static_cast<Function*>(fn))(); }, .argument = &function});
        return task ? std::move(*task) : kernel::TaskRef();
    }

    /// Ends the namespace now.
    bool remove() {
        return space_ && kernel::namespaces().remove(space_->name()).has_value() && (space_.reset(), true);
    }

private:
    kernel::NamespaceRef space_;
};

/// The error of a result that has no value; fails the comparison if it has one.
template <class T>
bool failed_with(const kernel::Result<T>& result, kernel::Error error) {
    return !result && result.error() == error;
}

} // namespace net::testing
