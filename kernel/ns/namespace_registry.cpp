// SPDX-License-Identifier: MIT
#include "kernel/ns/namespace_registry.hpp"

#include "kernel/ns/namespace_name.hpp"
#include "kernel/sched/sched.hpp"
#include "mm/memory.hpp"
#include "mm/tables/address_space_cache.hpp"

namespace kernel {

namespace {
[[clang::no_destroy]] constinit NamespaceRegistry the_registry;
} // namespace

NamespaceRegistry& namespaces() { return the_registry; }

Result<> NamespaceRegistry::open(mm::Memory& memory, mm::AddressSpaceCache& spaces) {
    memory_ = &memory;
    spaces_ = &spaces;
    return pool_.open(memory.slabs(), "net_namespace");
}

Result<NamespaceRef> NamespaceRegistry::create(std::string_view name) {
    ensure(current().net_namespace() == nullptr, "namespaces are created from outside");
    KillShield shield; // half a namespace is of no use to anybody
    NamespaceRef ns = TRY(enlist(name));
    if (auto started = start(*ns); !started) {
        dismantle(*ns);
        return fail(started.error());
    }
    ns->set_state(NetNamespace::State::Alive);
    return ns;
}

Result<NamespaceRef> NamespaceRegistry::enlist(std::string_view name) {
    if (!is_namespace_name(name)) return fail(Error::InvalidArgument);
    const NetNamespace::Name padded = NetNamespace::padded(name);
    MutexGuard guard(mutex_);
    for (const NetNamespace& ns : list_)
        if (ns.is_called(padded)) return fail(Error::Exists);
    NetNamespace* ns = TRY(pool_.make(name, next_id_));
    ++next_id_;
    list_.push_back(*ns);
    ns->references_.fetch_add(1, std::memory_order_relaxed); // the list's own
    return NamespaceRef(*ns);
}

Result<> NamespaceRegistry::start(NetNamespace& ns) {
    TRY(ns.furnish(*memory_, *spaces_));
    if (hooks_ == nullptr) return {};
    {
        const mm::AddressSpaceScope scope(*spaces_, ns.address_space());
        TRY(hooks_->create(ns));
    }
    TRY(run_in(
        ns, "ns-start",
        [](void* argument) {
            NetNamespace& self = *static_cast<NetNamespace*>(argument);
            self.start_result_ = namespaces().hooks()->start(self);
        },
        &ns));
    ns.domain().trim(); // what its making left over: most namespaces are idle
    return ns.start_result_;
}

Result<NamespaceRef> NamespaceRegistry::find(std::string_view name) {
    if (!is_namespace_name(name)) return fail(Error::NotFound);
    const NetNamespace::Name padded = NetNamespace::padded(name);
    MutexGuard guard(mutex_);
    for (NetNamespace& ns : list_)
        if (ns.is_called(padded) && ns.state() == NetNamespace::State::Alive) return NamespaceRef(ns);
    return fail(Error::NotFound);
}

Result<> NamespaceRegistry::remove(std::string_view name) {
    KillShield shield;
    NamespaceRef ns = TRY(find(name));
    if (current().net_namespace() == ns.get()) return fail(Error::Busy);
    {
        MutexGuard guard(mutex_);
        // Somebody else may have been as quick as we.
        if (ns->state() != NetNamespace::State::Alive) return fail(Error::NotFound);
        ns->set_state(NetNamespace::State::Stopping);
    }
    dismantle(*ns);
    return {};
}

void NamespaceRegistry::dismantle(NetNamespace& ns) {
    if (hooks_ != nullptr && ns.stack() != nullptr) hooks_->stop(ns);
    ns.set_state(NetNamespace::State::Closed);
    ns.end_tasks();
    if (hooks_ != nullptr && ns.stack() != nullptr) hooks_->destroy(ns);
    ns.clear();
    {
        MutexGuard guard(mutex_);
        list_.remove(ns);
    }
    NamespaceRef::adopt(ns).reset();
}

size_t NamespaceRegistry::size() {
    size_t count = 0;
    for_each([&](NetNamespace&) { ++count; });
    return count;
}

} // namespace kernel
