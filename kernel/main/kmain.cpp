// SPDX-License-Identifier: MIT
#include "kernel/base/console.hpp"
#include "kernel/base/log.hpp"
#include "kernel/bench/boot_time.hpp"
#include "kernel/bench/runner.hpp"
#include "kernel/diag/audit_check.hpp"
#include "kernel/diag/traps.hpp"
#include "kernel/main/memory_system.hpp"
#include "kernel/main/system.hpp"
#include "kernel/ns/namespace_registry.hpp"
#include "kernel/options/parser.hpp"
#include "kernel/ramfs/ramfs.hpp"
#include "kernel/sched/start.hpp"
#include "kernel/shell/shell.hpp"
#include "kernel/smp/cpus.hpp"
#include "kernel/test/runner.hpp"
#include "mm/policy_rules.hpp"
#include "net/links/links.hpp"
#include "net/stack/namespace_stacks.hpp"

#include <arch/boot_info.hpp>
#include <arch/clock.hpp>
#include <arch/exit.hpp>
#include <arch/features.hpp>
#include <arch/serial.hpp>

#include <array>

namespace kernel {

namespace {

constinit std::array<char, 8192> option_text{};
constinit Options booted_options;

/// Steps of the boot that cannot fail for any reason but a lack of memory.
void must(const Result<>& result, std::string_view step) {
    if (result) return;
    log::error("boot: {}: {}", step, name(result.error()));
    panic("the system cannot start; give it more memory");
}

void read_options(std::string_view line) {
    booted_options = parse_options(line, option_text, warn_of);
    log::set_level(booted_options.effective_log());
    set_mutant(booted_options.mutant);
}

/// Combinations of policies that make no sense end the boot here: no other choice is made in their place.
void check_policies() {
    const mm::PolicyNeeds processor{.protection_keys = arch::cpu_features().pks};
    for (const mm::PolicyRule& rule : mm::policy_rules()) {
        if (!rule.applies(booted_options.policies, processor)) continue;
        if (rule.ruling == mm::Ruling::WithoutEffect) {
            log::warn("boot: {} has no effect. {} {}", rule.combination, rule.reason, rule.advice);
            continue;
        }
        print("boot: refused: {}\n  {}\n  {}\n", rule.combination, rule.reason, rule.advice);
        arch::exit_machine(arch::ExitCode::Refused);
    }
}

void open_files(mm::PhysRange initrd) {
    if (initrd.empty()) return;
    const auto* first = mm::DirectMap::ptr_present<const std::byte>(initrd.begin);
    const auto files = RamFs::open({first, initrd.bytes()});
    if (files) {
        ramfs() = *files;
    } else {
        log::warn("the initial RAM disk is no sound cpio archive: {} at byte {}; going on without files",
                  name(files.error().kind), files.error().offset);
    }
}

/// The namespace that owns the physical network card, the bridge and this console's network commands.
void start_network() {
    must(net::enable_stacks(memory()), "lwIP's pools");
    const auto init = namespaces().create("init");
    must(init ? Result<>{} : fail(init.error()), "namespace init");
    const auto card = booted_options.uplink == Switch::Yes ? net::Card::Use : net::Card::Ignore;
    if (const auto up = net::bring_up_uplink(**init, {.card = card}); !up) {
        log::warn("the uplink stays down: {}", name(up.error()));
    }
}

void run_tests_and_leave() {
    if (booted_options.test_list == Switch::Yes) {
        test::list_tests(booted_options.test.value_or("*"));
        arch::exit_machine(arch::ExitCode::Success);
    }
    if (!booted_options.test) return;
    const test::Summary summary = test::run_tests({.pattern = *booted_options.test,
                                                   .seconds_per_test = booted_options.test_timeout_s,
                                                   .after_each = diag::audit_after_test});
    arch::exit_machine(summary.failed == 0 ? arch::ExitCode::Success : arch::ExitCode::Failure);
}

void run_benchmarks_and_leave() {
    bench::boot_is_over();
    if (booted_options.bench_list == Switch::Yes) {
        bench::list_benchmarks(booted_options.bench.value_or("*"), bench::Form::Lines);
        arch::exit_machine(arch::ExitCode::Success);
    }
    if (!booted_options.bench) return;
    const bench::Summary summary = bench::run_benchmarks(*booted_options.bench, bench::Form::Lines);
    arch::exit_machine(summary.failed == 0 ? arch::ExitCode::Success : arch::ExitCode::Failure);
}

} // namespace

const Options& options() { return booted_options; }

} // namespace kernel

/// The order of start-up, a call or two a step. The architecture has set up the CPU, the clock and its
/// interrupt controller before; interrupts are off until the scheduler starts.
extern "C" [[noreturn]] void arch::kernel_main(const arch::BootInfo& info) {
    using namespace kernel;
    // 1. A voice.
    console::set_sink(arch::serial_write);
    log::set_clock(arch::now_ns);
    // 2. What the user asked for.
    read_options(info.command_line);
    check_policies();
    // 3. Traps that report.
    diag::install_trap_handlers();
    // 4. Memory: final page tables, allocators.
    make_memory(info, booted_options);
    // 5. Files.
    open_files(info.initrd);
    // 6. Tasks; interrupts come on.
    must(start_scheduler(memory(), address_spaces(), booted_options.scheduling), "the scheduler");
    // 7. The other processors.
    smp::start_cpus(memory(), address_spaces(), booted_options.cpus);
    // 8. Namespaces.
    must(namespaces().open(memory(), address_spaces()), "the namespaces");
    // 9. The network: lwIP for each namespace, the first namespace, its card and bridge.
    start_network();
    // 10. What this boot is for: tests, benchmarks, or commands.
    run_tests_and_leave();
    run_benchmarks_and_leave();
    run_shell(booted_options);
}
