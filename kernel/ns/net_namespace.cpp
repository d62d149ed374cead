// SPDX-License-Identifier: MIT
#include "kernel/ns/net_namespace.hpp"

#include "kernel/ns/namespace_ref.hpp"
#include "kernel/ns/namespace_registry.hpp"
#include "kernel/sched/sched.hpp"
#include "kernel/sched/task_table.hpp"
#include "mm/tables/address_space_cache.hpp"

namespace kernel {

NetNamespace::NetNamespace(std::string_view name, uint32_t id) : name_(padded(name)), id_(id) {}

Result<> NetNamespace::furnish(mm::Memory& memory, mm::AddressSpaceCache& spaces) {
    domain_ = TRY(mm::Domain::create(memory, mm::DomainKind::Net, name()));
    image_.emplace(*domain_, memory, spaces);
    TRY(image_->create());
    const mm::SpaceMember member = space_member();
    space_ = TRY(spaces.get({&member, 1}));
    const mm::AddressSpaceScope scope(spaces, *space_);
    image_->fill();
    return {};
}

void NetNamespace::clear() {
    space_ = {};
    image_.reset();
    domain_.reset(); // zeroes every frame and gives it back
}

void NetNamespace::set_state(State state) { tasks_.lock()->state = state; }

Result<> NetNamespace::admit_task() {
    return tasks_.with([](Tasks& tasks) -> Result<> {
        if (tasks.state == State::Closed) return fail(Error::Closed);
        ++tasks.count;
        return {};
    });
}

void NetNamespace::task_left() {
    const bool last = tasks_.with([](Tasks& tasks) { return --tasks.count == 0; });
    if (last) emptied_.wake_all();
}

void NetNamespace::end_tasks() {
    KillShield shield;
    while (task_count() > 0) {
        // Again and again, because a task may have been admitted before the doors closed and not
        // have been in the table yet.
        tasks().for_each([this](Task& task) {
            if (task.net_namespace() == this && !task.kill_requested()) kill(task);
        });
        static_cast<void>(emptied_.wait([this] { return task_count() == 0; }, Deadline::in(milliseconds(20))));
    }
}

void retain(NetNamespace& ns) { ns.references_.fetch_add(1, std::memory_order_relaxed); }

void release(NetNamespace& ns) {
    // Ordering: whoever drops the last reference sees what the others did to the object before.
    if (ns.references_.fetch_sub(1, std::memory_order_acq_rel) == 1) namespaces().destroy(ns);
}

} // namespace kernel
