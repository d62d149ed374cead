// SPDX-License-Identifier: MIT
#include <arch/clock.hpp>
#include <arch/cpu.hpp>
#include <arch/exit.hpp>

#include <algorithm>
#include <array>

#include "kernel/bench/runner.hpp"
#include "kernel/diag/audit_check.hpp"
#include "kernel/main/system.hpp"
#include "kernel/ns/net_namespace.hpp"
#include "kernel/options/document.hpp"
#include "kernel/ramfs/ramfs.hpp"
#include "kernel/sched/cpu_scheduler.hpp"
#include "kernel/sched/process.hpp"
#include "kernel/sched/sched.hpp"
#include "kernel/shell/commands/groups.hpp"
#include "kernel/shell/commands/stats.hpp"
#include "kernel/shell/shell.hpp"
#include "kernel/smp/cpus.hpp"
#include "kernel/test/runner.hpp"

namespace kernel {
namespace {

void print_overview() {
    for (const CommandGroup* group : command_groups()) {
        print("{}:\n", group->title);
        for (const Command& command : group->commands) {
            print("  {:<9} {}\n", command.name, command.help.substr(0, command.help.find('\n')));
        }
    }
    write("Several commands are separated by ';'. `help COMMAND` says more, `help options` lists the kernel's\n"
          "options.\n");
}

Status help(Arguments arguments) {
    if (arguments.size() > 1) return Status::BadUsage;
    if (arguments.empty()) {
        print_overview();
        return Status::Ok;
    }
    if (arguments[0] == "options") {
        print_options_help();
        return Status::Ok;
    }
    const Command* const command = find_command(arguments[0]);
    if (command == nullptr) return failed("help: no command '{}'; `help` lists them", arguments[0]);
    print("{} {}\n{}\n", command->name, command->usage, command->help);
    return Status::Ok;
}

Status echo(Arguments arguments) {
    console::Writer writer;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (i > 0) writer.put(' ');
        writer.put(arguments[i]);
    }
    writer.put('\n');
    return Status::Ok;
}

Status ps(Arguments arguments) {
    if (!arguments.empty()) return Status::BadUsage;
    print("{:>5} {:>5} {:<9} {:<9} {:>3} {:>9}  {}\n", "task", "proc", "namespace", "state", "cpu", "switches", "name");
    for_each_task([](const Task& task) {
        const NetNamespace* const ns = task.net_namespace();
        print("{:>5} {:>5} {:<9} {:<9} {:>3} {:>9}  {}\n", task.id(), task.process().id(),
              ns != nullptr ? ns->name() : "-", name(task.state()), task.cpu(), task.switches(), task.name());
    });
    return Status::Ok;
}

Status cpus(Arguments arguments) {
    if (!arguments.empty()) return Status::BadUsage;
    struct Row {
        std::array<char, Task::name_size> running{'-'};
        unsigned ready = 0;
        unsigned blocked = 0;
    };
    std::array<Row, arch::max_cpus> rows{};
    for_each_task([&rows](const Task& task) {
        Row& row = rows[task.cpu()];
        if (task.state() == TaskState::Ready && task.name() != "idle") ++row.ready;
        if (task.state() == TaskState::Blocked) ++row.blocked;
        if (task.state() != TaskState::Running) return;
        row.running = {};
        std::ranges::copy(task.name(), row.running.begin());
    });
    print("{:>3} {:>5} {:>7} {:>7}  {}\n", "cpu", "ready", "blocked", "pulled", "runs");
    for (unsigned cpu = 0; cpu < arch::max_cpus; ++cpu) {
        if (!smp::online().contains(cpu)) continue;
        print("{:>3} {:>5} {:>7} {:>7}  {}\n", cpu, rows[cpu].ready, rows[cpu].blocked, CpuScheduler::on(cpu).pulled(),
              rows[cpu].running.data());
    }
    return Status::Ok;
}

Status files(Arguments arguments) {
    if (!arguments.empty()) return Status::BadUsage;
    unsigned count = 0;
    ramfs().for_each([&count](const CpioEntry& entry) {
        if (entry.is_file()) {
            print("{:>10} {}\n", entry.content.size(), entry.name);
            ++count;
        }
    });
    if (count == 0) write("no files; `tools/lacuna run --files DIR` brings some\n");
    return Status::Ok;
}

Status test(Arguments arguments) {
    if (arguments.size() == 1 && arguments[0] == "--list") {
        test::list_tests("*");
        return Status::Ok;
    }
    if (arguments.size() > 1) return Status::BadUsage;
    const std::string_view pattern = arguments.empty() ? "*" : arguments[0];
    const test::Summary summary = test::run_tests(
        {.pattern = pattern, .seconds_per_test = options().test_timeout_s, .after_each = diag::audit_after_test});
    if (summary.passed + summary.failed + summary.skipped == 0) {
        return failed("test: nothing matches '{}'; `test --list` lists the suites", pattern);
    }
    return summary.failed == 0 ? Status::Ok : failed("test: {} failed", summary.failed);
}

Status benchmark(Arguments arguments) {
    if (arguments.size() == 1 && arguments[0] == "--list") {
        bench::list_benchmarks("*", bench::Form::Text);
        return Status::Ok;
    }
    if (arguments.size() > 1) return Status::BadUsage;
    const std::string_view pattern = arguments.empty() ? "*" : arguments[0];
    const bench::Summary summary = bench::run_benchmarks(pattern, bench::Form::Text);
    if (summary.measured + summary.failed == 0) {
        return failed("bench: nothing matches '{}'; `bench --list` lists the benchmarks", pattern);
    }
    return summary.failed == 0 ? Status::Ok : failed("bench: {} could not be measured", summary.failed);
}

Status uptime(Arguments arguments) {
    if (!arguments.empty()) return Status::BadUsage;
    const std::uint64_t ms = arch::now_ns() / 1'000'000;
    print("up {}.{:03} s\n", ms / 1000, ms % 1000);
    return Status::Ok;
}

Status poweroff(Arguments arguments) {
    if (arguments.empty()) power_off();
    if (arguments.size() == 1 && arguments[0] == "fail") arch::exit_machine(arch::ExitCode::Failure);
    return Status::BadUsage;
}

constexpr Command commands[] = {
    {"help", "[COMMAND|options]", "List the commands, or explain one.", Place::Anywhere, help},
    {"echo", "WORD...", "Print the words.", Place::Anywhere, echo},
    {"ps", "", "List the tasks.", Place::Anywhere, ps},
    {"cpus", "", "List the processors that run: what each does, its tasks, and how many it took over from others.",
     Place::Anywhere, cpus},
    {"stats", "[reset|--cpus|--namespaces|NAMESPACE]",
     "Show the event counters since boot or the last reset; set them to zero.\n"
     "Without a word: all together. An event counts for the namespace whose page table was loaded.",
     Place::Anywhere, stats},
    {"files", "", "List the files that the HTTP servers serve.", Place::Anywhere, files},
    {"test", "[PATTERN|--list]",
     "Run the kernel's tests, or list them; the audit runs after each.\n"
     "PATTERN is as for the boot option test=: 'mm.*', 'mm', 'net.wire,ramfs'.",
     Place::System, test},
    {"bench", "[PATTERN|--list]",
     "Measure what operations cost, or list the benchmarks; use with -icount.\n"
     "PATTERN is as for `test`: 'pages.*', 'pages', 'mixed.op,kmalloc'.",
     Place::System, benchmark},
    {"uptime", "", "Show the time since boot.", Place::Anywhere, uptime},
    {"poweroff", "[fail]", "End the machine. An unattended run reports failure if a command failed, or if told to.",
     Place::System, poweroff},
};

} // namespace

constinit const CommandGroup system_commands{"The system", commands};

} // namespace kernel
