// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

#include "kernel/bench/report.hpp"

/// Selects and runs benchmarks. A pattern is as for tests: '*' and '?' match as in a shell, "pages"
/// selects all that begin with "pages.", several are separated by commas.
namespace kernel::bench {

struct Summary {
    std::size_t measured = 0;
    std::size_t failed = 0;
};

/// Runs what `pattern` selects, in link order, and reports each as it comes. In a task outside all
/// namespaces.
Summary run_benchmarks(std::string_view pattern, Form form);

/// Prints the name of each that is selected, a line each; Form::Lines puts the context first.
void list_benchmarks(std::string_view pattern, Form form);

} // namespace kernel::bench
