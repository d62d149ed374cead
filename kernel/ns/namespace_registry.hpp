// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/intrusive_list.hpp"
#include "kernel/base/result.hpp"
#include "kernel/ns/namespace_ref.hpp"
#include "kernel/ns/net_namespace.hpp"
#include "kernel/sync/mutex.hpp"

#include <string_view>

namespace kernel {

/// All network namespaces by name. Operations are for threads only; create and remove sleep.
class NamespaceRegistry {
public:
    constexpr NamespaceRegistry() = default;

    /// Makes a namespace: its domain, its address space, its stack (StackHooks), and waits until the
    /// stack is up. Precondition: the caller is outside all namespaces (on a shared stack).
    /// Errors: InvalidArgument (name empty, too long or with other than letters, digits, - and _),
    /// Exists, OutOfMemory, and what the hooks return.
    Result<NamespaceRef> create(std::string_view name);

    /// Error: NotFound; a dying namespace is not found either.
    Result<NamespaceRef> find(std::string_view name);

    /// Ends a namespace: its tasks are killed and joined, its frames given back, and nothing of it is left
    /// when this returns, except the object itself if someone holds a reference.
    /// Errors: NotFound; Busy if the caller is inside it or it is already being removed.
    Result<> remove(std::string_view name);

    /// Calls `visit(NetNamespace&)` for each, in the order of creation, under the registry's mutex.
    template <class F>
    void for_each(F&& visit) {
        MutexGuard guard(mutex_);
        for (NetNamespace& ns : list_) visit(ns);
    }

    [[nodiscard]] size_t size();

private:
    Mutex mutex_{"namespace registry"};
    IntrusiveList<NetNamespace, &NetNamespace::registry_hook> list_ LACUNA_GUARDED_BY(mutex_);
    uint32_t next_id_ LACUNA_GUARDED_BY(mutex_) = 1;
};

/// The system's registry.
NamespaceRegistry& namespaces();

} // namespace kernel
