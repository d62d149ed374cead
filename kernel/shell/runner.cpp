// SPDX-License-Identifier: MIT
#include "kernel/shell/runner.hpp"

#include "kernel/ns/namespace_registry.hpp"
#include "kernel/sched/process.hpp"
#include "kernel/sched/sched.hpp"

namespace kernel {
namespace {

/// A command on its way into another task. It stands on the stack of a task outside all namespaces,
/// which every address space maps.
struct Job {
    const Command* command;
    Arguments arguments;
    Status status = Status::Failed;

    static void run(void* self) {
        auto& job = *static_cast<Job*>(self);
        job.status = job.command->run(job.arguments);
    }
};

Status usage_of(const Command& command) {
    return failed("usage: {}{}{}", command.name, command.usage.empty() ? "" : " ", command.usage);
}

Status explain(const Command& command, Status status) {
    return status == Status::BadUsage ? usage_of(command) : status;
}

/// What became of a job whose task is over.
Status outcome(const Job& job, const Result<>& ended) {
    if (!ended) {
        if (ended.error() == Error::Killed) {
            return failed("{}: its task died before it had finished", job.command->name);
        }
        return failed("{}: cannot start a task: {}", job.command->name, name(ended.error()));
    }
    return explain(*job.command, job.status);
}

Result<> run_in_own_task(Job& job) {
    auto task = spawn({.name = job.command->name, .function = Job::run, .argument = &job});
    if (!task) return std::unexpected(task.error());
    const auto reason = join(**task);
    if (!reason) return std::unexpected(reason.error());
    if (*reason != ExitReason::Returned) return fail(Error::Killed);
    return {};
}

const Command* find_or_complain(Arguments words) {
    const Command* const command = find_command(words.front());
    if (command == nullptr) failed("no command '{}'; `help` lists them", words.front());
    return command;
}

} // namespace

Status run_command_in(NetNamespace& ns, Arguments words) {
    const Command* const command = find_or_complain(words);
    if (command == nullptr) return Status::Failed;
    if (command->place == Place::System) {
        return failed("{} acts on the whole system: use it without `ns exec`", command->name);
    }
    Job job{.command = command, .arguments = words.subspan(1)};
    return outcome(job, run_in(ns, command->name, Job::run, &job));
}

Status run_command(Arguments words) {
    const Command* const command = find_or_complain(words);
    if (command == nullptr) return Status::Failed;
    Job job{.command = command, .arguments = words.subspan(1)};
    switch (command->place) {
    case Place::Namespace: {
        const auto init = namespaces().find("init");
        if (!init) return failed("{} needs a namespace: ns exec NAME {} ...", command->name, command->name);
        return run_command_in(**init, words);
    }
    case Place::OwnTask:
        return outcome(job, run_in_own_task(job));
    case Place::System:
    case Place::Anywhere:
        break;
    }
    return explain(*command, command->run(job.arguments));
}

} // namespace kernel
