// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "kernel/bench/benchmark.hpp"
#include "kernel/bench/run.hpp"

/// How results reach the outside.
namespace kernel::bench {

enum class Form : std::uint8_t {
    Text,  ///< for people: name, median, spread, events per operation
    Lines, ///< for tools/lacuna bench: one line of JSON after "@bench " for each result
};

/// What the results depend on.
void report_context(Form form);
/// One result, or why there is none.
void report_result(Form form, const Benchmark& benchmark, const Run& run);

} // namespace kernel::bench
