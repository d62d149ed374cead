// SPDX-License-Identifier: MIT
#include "kernel/sched/clone.hpp"

#include "kernel/ns/namespace_registry.hpp"
#include "kernel/sched/process.hpp"
#include "kernel/sched/sched.hpp"
#include "kernel/sched/task_life.hpp"

#include <algorithm>

namespace kernel {

namespace {

Result<> set_name(OutsideCall& call, std::string_view name) {
    if (name.empty() || name.size() >= call.ns_name.size()) return fail(Error::InvalidArgument);
    std::copy(name.begin(), name.end(), call.ns_name.begin());
    return {};
}

// --- served by the outside task, the caller being asleep ---

void serve_move(Task& caller) {
    OutsideCall& call = TaskLife::outside_call(caller);
    call.result = TaskLife::move(caller, call.ns);
}

void serve_create(Task& caller) {
    OutsideCall& call = TaskLife::outside_call(caller);
    auto created = namespaces().create(call.ns_name.data());
    if (created) {
        call.ns = created->get();
        call.result = {};
    } else {
        call.result = fail(created.error());
    }
}

void serve_unshare(Task& caller) {
    serve_create(caller);
    OutsideCall& call = TaskLife::outside_call(caller);
    if (!call.result) return;
    if (const auto created = namespaces().find(call.ns_name.data())) {
        call.result = TaskLife::move(caller, created->get());
    } else {
        call.result = fail(created.error()); // somebody was quick
    }
    // A namespace that nobody moved into is not left behind.
    if (!call.result) static_cast<void>(namespaces().remove(call.ns_name.data()));
}

} // namespace

Result<TaskRef> clone(CloneFlags flags, std::string_view name, TaskFunction function, void* argument) {
    const SpawnArgs args{.name = name, .function = function, .argument = argument};
    const bool new_net = has(flags, CloneFlags::NewNet);
    if (has(flags, CloneFlags::Thread)) {
        if (new_net) return fail(Error::InvalidArgument);
        return spawn(args);
    }
    if (!new_net) return spawn_process(current().net_namespace(), args);

    OutsideCall call{.serve = &serve_create};
    TRY(set_name(call, name));
    TRY(TaskLife::call_outside(call));
    NamespaceRef created = TRY(namespaces().find(name));
    auto task = spawn_process(created.get(), args);
    if (!task) static_cast<void>(namespaces().remove(name));
    return task;
}

Error setns(NetNamespace* ns, TaskFunction function, void* argument) {
    Task& self = current();
    // The answer that needs no one's help; move() asks again, for it could change until then.
    if (self.process().thread_count() != 1) return Error::MultiThreaded;
    TaskLife::set_function(function, argument);
    return TaskLife::call_outside({.serve = &serve_move, .ns = ns}).error();
}

Error unshare(std::string_view ns_name, TaskFunction function, void* argument) {
    Task& self = current();
    if (self.process().thread_count() != 1) return Error::MultiThreaded;
    OutsideCall call{.serve = &serve_unshare};
    if (auto named = set_name(call, ns_name); !named) return named.error();
    TaskLife::set_function(function, argument);
    return TaskLife::call_outside(call).error();
}

} // namespace kernel
