// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

/// Runs the kernel's own tests and reports in KTAP (Documentation/dev-tools/ktap.rst in Linux).
namespace kernel::test {

/// Runs after each test; returns false, having printed why in lines that begin with "# ", if the test
/// left the system in a state it must not be in (mm::audit).
using AfterEach = bool (*)();

struct RunOptions {
    std::string_view pattern = "*"; ///< `test=`; see selects()
    std::uint64_t seconds_per_test; ///< a test that takes longer ends in a panic with a backtrace
    AfterEach after_each = nullptr;
};

struct Summary {
    unsigned passed = 0;
    unsigned failed = 0;
    unsigned skipped = 0;
};

/// Runs all tests that `options.pattern` selects, in link order. Thread context.
Summary run_tests(const RunOptions& options);

/// Prints suite, tab, name for each selected test.
void list_tests(std::string_view pattern);

} // namespace kernel::test
