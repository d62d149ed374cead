// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

/// What main.cpp, which speaks the C++ library that Google Benchmark was built with, and the allocators, which speak
/// the kernel's, both understand: no type of either library.
namespace mm::host_bench {

/// Work that one thread does as one CPU, over and over. Destroyed by the thread that opened it.
class Work {
public:
    virtual ~Work() = default;
    /// Makes ready for run(); not timed.
    virtual void prepare() {}
    /// `operations` operations, timed. False if one failed or the outcome is wrong.
    virtual bool run(std::uint64_t operations) = 0;
    /// Undoes prepare(); not timed.
    virtual void finish() {}
};

/// A line of the table of benchmarks.
struct Benchmark {
    const char* workload; ///< named as in-kernel benchmarks are, with {} for the size
    const char* allocator;
    std::size_t bytes;        ///< of a block
    std::uint64_t operations; ///< of one run
    unsigned most_threads;
    Work* (*open)(unsigned cpu, std::size_t bytes); ///< the caller deletes it
};

/// Calls `visit(benchmark)` for each line.
void for_each_benchmark(void (*visit)(const Benchmark& benchmark));

/// Whether `malloc` is the C library's and `mi_malloc` is not: otherwise a column measures another's allocator.
bool allocators_are_told_apart();
/// mimalloc's version, 209 for 2.0.9.
int mimalloc_version();

} // namespace mm::host_bench
