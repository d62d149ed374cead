// SPDX-License-Identifier: MIT
#pragma once

#include <source_location>
#include <span>
#include <string_view>

#include "kernel/test/expression.hpp"

/// The kernel's side of test.hpp: what tests there are, and how the one that runs is doing.
namespace kernel::test {

/// One test, placed in a linker section by LACUNA_TEST.
struct TestCase {
    std::string_view suite; ///< "mm.buddy"
    std::string_view name;  ///< "merges neighbours"
    void (*run)();
};

/// All tests of this image, in link order.
std::span<const TestCase> all_tests();

/// What came of a test.
enum class Outcome { Passed, Failed, Skipped };

/// Records the outcome of a CHECK in the running test and prints a KTAP diagnostic if it does not
/// hold. May be called from any task. Returns whether it holds.
bool expect(const Verdict& verdict, std::string_view expression,
            std::source_location where = std::source_location::current());
bool expect(bool holds, std::string_view expression, std::source_location where = std::source_location::current());

void fail_test(std::string_view why, std::source_location where = std::source_location::current());
void skip_test(std::string_view reason);

} // namespace kernel::test
