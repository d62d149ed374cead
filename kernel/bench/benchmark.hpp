// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace kernel::bench {

class Run;

/// What a benchmark's figure counts.
enum class Unit : std::uint8_t {
    Cycles, ///< ticks of the time-stamp counter: instructions under `-icount shift=0`
    Bytes,
    Count,
};

std::string_view name(Unit unit);

/// One benchmark: one name, one figure. `run` takes its samples on `Run`, in a task outside all
/// namespaces, with nothing else to do on this CPU.
struct Benchmark {
    std::string_view name; ///< "pages.o0.pair": subject, variant, what is measured
    Unit unit;
    void (*run)(Run& run);
};

/// All benchmarks of this image, in link order.
std::span<const Benchmark> all_benchmarks();

} // namespace kernel::bench

#define LACUNA_BENCHMARK_JOIN_(a, b) a##b
#define LACUNA_BENCHMARK_JOIN(a, b) LACUNA_BENCHMARK_JOIN_(a, b)

/// Registers a benchmark: LACUNA_BENCHMARK("pages.o0.pair", Unit::Cycles, page_pair<0>); at namespace
/// scope. The linker gathers the rows.
#define LACUNA_BENCHMARK(...)                                                                                     \
    [[gnu::section("lacuna_benchmarks"), gnu::used, gnu::retain]] static constinit const kernel::bench::Benchmark \
    LACUNA_BENCHMARK_JOIN(lacuna_benchmark_, __COUNTER__) {                                                       \
        __VA_ARGS__                                                                                               \
    }
