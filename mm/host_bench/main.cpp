// SPDX-License-Identifier: MIT
// Google Benchmark's side. Debian builds that library with libstdc++, so this file alone is compiled with it.
#include <benchmark/benchmark.h>
#include <gnu/libc-version.h>

#include <cstdio>
#include <memory>
#include <string>

#include "mm/host_bench/work.hpp"

namespace {

using mm::host_bench::Benchmark;
using mm::host_bench::Work;

void measure(benchmark::State& state, const Benchmark& benchmark) {
    const std::unique_ptr<Work> work(benchmark.open(static_cast<unsigned>(state.thread_index()), benchmark.bytes));
    const auto operations = static_cast<benchmark::IterationCount>(benchmark.operations);
    while (state.KeepRunningBatch(operations)) {
        state.PauseTiming();
        work->prepare();
        state.ResumeTiming();
        const bool right = work->run(benchmark.operations);
        state.PauseTiming();
        work->finish();
        state.ResumeTiming();
        if (!right) state.SkipWithError("an allocation failed, or the checksum is wrong");
    }
    state.SetItemsProcessed(state.iterations());
}

std::string name_of(const Benchmark& line) {
    std::string name = line.workload;
    if (const auto size = name.find("{}"); size != std::string::npos) name.replace(size, 2, std::to_string(line.bytes));
    return name + "/" + line.allocator;
}

void add(const Benchmark& line) {
    auto* const registered =
        benchmark::RegisterBenchmark(name_of(line).c_str(), [line](benchmark::State& state) { measure(state, line); });
    registered->UseRealTime();
    for (unsigned threads = 1; threads <= line.most_threads; threads *= 2)
        registered->Threads(static_cast<int>(threads));
}

} // namespace

int main(int count, char** arguments) {
    if (!mm::host_bench::allocators_are_told_apart()) {
        std::fputs("malloc and mi_malloc are the same allocator in this process\n", stderr);
        return 1;
    }
    benchmark::AddCustomContext("mimalloc", std::to_string(mm::host_bench::mimalloc_version()));
    benchmark::AddCustomContext("malloc", std::string("glibc ") + gnu_get_libc_version());
    mm::host_bench::for_each_benchmark(add);
    benchmark::Initialize(&count, arguments);
    if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
