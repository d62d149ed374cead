// SPDX-License-Identifier: MIT
#include "kernel/bench/runner.hpp"

#include <memory>
#include <new>

#include "kernel/base/console.hpp"
#include "kernel/test/pattern.hpp"

// The bounds of the section that LACUNA_BENCHMARK fills; the linker provides them.
extern "C" {
extern const kernel::bench::Benchmark __start_lacuna_benchmarks[];
extern const kernel::bench::Benchmark __stop_lacuna_benchmarks[];
}

namespace kernel::bench {
namespace {

bool selected(std::string_view pattern, const Benchmark& benchmark) {
    return test::selects(pattern, benchmark.name, {});
}

} // namespace

std::span<const Benchmark> all_benchmarks() { return {__start_lacuna_benchmarks, __stop_lacuna_benchmarks}; }

Summary run_benchmarks(std::string_view pattern, Form form) {
    report_context(form);
    Summary summary;
    // Too much for a stack.
    const std::unique_ptr<Run> run(new (std::nothrow) Run);
    if (run == nullptr) return summary;
    for (const Benchmark& benchmark : all_benchmarks()) {
        if (!selected(pattern, benchmark)) continue;
        *run = Run();
        benchmark.run(*run);
        report_result(form, benchmark, *run);
        run->failure().empty() ? ++summary.measured : ++summary.failed;
    }
    return summary;
}

void list_benchmarks(std::string_view pattern, Form form) {
    if (form == Form::Lines) report_context(form);
    for (const Benchmark& benchmark : all_benchmarks()) {
        if (selected(pattern, benchmark)) print("{}\n", benchmark.name);
    }
}

} // namespace kernel::bench
