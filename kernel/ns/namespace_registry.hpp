// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/intrusive_list.hpp"
#include "kernel/base/result.hpp"
#include "kernel/ns/namespace_ref.hpp"
#include "kernel/ns/net_namespace.hpp"
#include "kernel/ns/stack_hooks.hpp"
#include "kernel/sched/object_pool.hpp"
#include "kernel/sync/mutex.hpp"

#include <cstdint>
#include <string_view>

namespace kernel {

/// All network namespaces by name. For threads only: everything here may sleep.
class NamespaceRegistry {
public:
    constexpr NamespaceRegistry() = default;

    /// Makes the registry usable. Errors: those of ObjectPool::open(). Boot only, once.
    Result<> open(mm::Memory& memory, mm::AddressSpaceCache& spaces);

    /// Sets what is called at the turns of a namespace's life. Boot and tests; null: nothing.
    void set_hooks(StackHooks* hooks) { hooks_ = hooks; }
    [[nodiscard]] StackHooks* hooks() const { return hooks_; }

    /// Makes a namespace: its domain, its address space, its stack (StackHooks); returns when the
    /// stack is up. Precondition: the caller is outside all namespaces, on a shared stack. Errors:
    /// InvalidArgument (the name is empty, too long, or has other characters than letters, digits,
    /// - and _), Exists, OutOfMemory, NoSpace (all domain numbers are in use), NoProtectionKey (isolation pks),
    /// and what the hooks return.
    Result<NamespaceRef> create(std::string_view name);

    /// A namespace in use. Error: NotFound.
    Result<NamespaceRef> find(std::string_view name);

    /// Ends a namespace: its stack winds down, its tasks are killed and joined, its frames given
    /// back. When this returns nothing is left but the object, if someone holds a reference.
    /// Precondition: the caller is on a shared stack. Errors: NotFound; Busy if the caller is
    /// inside.
    Result<> remove(std::string_view name);

    /// Calls `visit(NetNamespace&)` for each that is in use, in the order of creation, with the
    /// registry's mutex held.
    template <class F>
    void for_each(F&& visit) {
        MutexGuard guard(mutex_);
        for (NetNamespace& ns : list_)
            if (ns.state() == NetNamespace::State::Alive) visit(ns);
    }

    /// Calls `use(list)` with all that there are, in whatever state, the registry's mutex held: for a look
    /// at more than one thing, during which `use` itself must not sleep.
    template <class F>
    void with_all(F&& use) {
        MutexGuard guard(mutex_);
        use(list_);
    }

    /// How many are in use.
    [[nodiscard]] size_t size();

private:
    friend void release(NetNamespace& ns);

    Result<NamespaceRef> enlist(std::string_view name);
    Result<> start(NetNamespace& ns);
    void dismantle(NetNamespace& ns);
    void destroy(NetNamespace& ns) { pool_.destroy(ns); }

    mm::Memory* memory_ = nullptr;
    mm::AddressSpaceCache* spaces_ = nullptr;
    StackHooks* hooks_ = nullptr;
    ObjectPool<NetNamespace> pool_;
    Mutex mutex_{"namespace registry"};
    IntrusiveList<NetNamespace, &NetNamespace::registry_hook> list_ LACUNA_GUARDED_BY(mutex_);
    uint32_t next_id_ LACUNA_GUARDED_BY(mutex_) = 1;
};

/// The system's registry.
NamespaceRegistry& namespaces();

} // namespace kernel
