// SPDX-License-Identifier: MIT
#include "kernel/sched/objects.hpp"

#include "kernel/sched/task_table.hpp"

namespace kernel {

namespace {
constinit SchedulerObjects the_objects{};
[[clang::no_destroy]] constinit TaskTable the_tasks{};
} // namespace

Result<> SchedulerObjects::open(mm::SlabRegistry& registry, mm::AddressSpaceCache& address_spaces) {
    spaces = &address_spaces;
    TRY(tasks.open(registry, "task"));
    TRY(processes.open(registry, "process"));
    return {};
}

SchedulerObjects& objects() { return the_objects; }

TaskTable& tasks() { return the_tasks; }

} // namespace kernel
