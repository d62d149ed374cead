// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/ns/namespace_registry.hpp"
#include "kernel/sched/sched.hpp"
#include "mm/domain/domain.hpp"
#include "mm/memory.hpp"

#include <string_view>

namespace net::test {

/// A network namespace for the length of a booted test.
class ScratchNamespace {
public:
    explicit ScratchNamespace(std::string_view name) {
        auto made = kernel::namespaces().create(name);
        if (made) ns_ = std::move(*made);
    }
    ~ScratchNamespace() { remove(); }
    ScratchNamespace(const ScratchNamespace&) = delete;
    ScratchNamespace& operator=(const ScratchNamespace&) = delete;

    explicit operator bool() const { return static_cast<bool>(ns_); }
    kernel::NetNamespace& operator*() const { return *ns_; }
    kernel::NetNamespace* operator->() const { return ns_.get(); }

    /// Ends it before the test does.
    void remove() {
        if (!ns_) return;
        static_cast<void>(kernel::namespaces().remove(ns_->name()));
        ns_.reset();
    }

    bool has_devices() const {
        kernel::MutexGuard guard(ns_->devices_mutex);
        return !ns_->devices.empty();
    }

    /// Runs `fn` in a thread inside and waits for it. It and what it captures by reference are on the
    /// caller's stack, which is shared: tests run outside all namespaces. Returns whether it came to its end.
    template <class Fn>
    bool inside(Fn fn) const {
        return kernel::run_in(*ns_, "test", [](void* argument) { (*static_cast<Fn*>(argument))(); }, &fn).has_value();
    }

private:
    kernel::NamespaceRef ns_;
};

/// Calls `fn(Pfn)` for each frame of the blocks in transit on a wire, by the frame table.
template <class Fn>
void for_each_in_transit(mm::TransitTag wire, Fn&& fn) {
    const mm::FrameTable frames = kernel::memory().frames();
    for (const mm::Frame& frame : frames.all()) {
        if (!frame.is_on_wire(wire)) continue;
        const auto block = mm::PageRun::of(frames.number(frame), mm::Order{frame.order});
        mm::for_each_page({&block, 1}, fn);
    }
}

inline std::size_t in_transit(mm::TransitTag wire) {
    std::size_t count = 0;
    for_each_in_transit(wire, [&](mm::Pfn) { ++count; });
    return count;
}

} // namespace net::test
