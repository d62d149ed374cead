// SPDX-License-Identifier: MIT
#include "kernel/test/runner.hpp"

#include <atomic>

#include "kernel/base/console.hpp"
#include "kernel/diag/watchdog.hpp"
#include "kernel/test/pattern.hpp"
#include "kernel/test/registry.hpp"

// The bounds of the section that LACUNA_TEST fills; the linker provides them. Weak: an image without
// any test links too.
extern "C" {
[[gnu::weak]] extern const kernel::test::TestCase __start_lacuna_tests[];
[[gnu::weak]] extern const kernel::test::TestCase __stop_lacuna_tests[];
}

namespace kernel::test {
namespace {

// The running test's outcome. Checks may come from several tasks of it.
constinit std::atomic<unsigned> failures{0};
constinit std::atomic<bool> skipped{false};
constinit std::string_view skip_reason;

std::string_view file_name(const std::source_location& where) { return where.file_name(); }

Outcome run_one(const TestCase& test, const RunOptions& options) {
    failures.store(0);
    skipped.store(false);
    {
        Watchdog watchdog(test.name, options.seconds_per_test);
        test.run();
    }
    if (options.after_each != nullptr && !options.after_each()) failures.fetch_add(1);
    if (failures.load() > 0) return Outcome::Failed;
    return skipped.load() ? Outcome::Skipped : Outcome::Passed;
}

} // namespace

std::span<const TestCase> all_tests() { return {__start_lacuna_tests, __stop_lacuna_tests}; }

bool expect(const Verdict& verdict, std::string_view expression, std::source_location where) {
    if (verdict.holds) return true;
    failures.fetch_add(1);
    print("# {}:{}: does not hold: {}\n", file_name(where), where.line(), expression);
    if (!verdict.relation.empty()) {
        print("#   {} {} {}\n", verdict.left.data(), verdict.relation, verdict.right.data());
    }
    return false;
}

bool expect(bool holds, std::string_view expression, std::source_location where) {
    return expect(Verdict{.holds = holds}, expression, where);
}

void fail_test(std::string_view why, std::source_location where) {
    failures.fetch_add(1);
    print("# {}:{}: {}\n", file_name(where), where.line(), why);
}

void skip_test(std::string_view reason) {
    skip_reason = reason;
    skipped.store(true);
}

Summary run_tests(const RunOptions& options) {
    unsigned selected = 0;
    for (const TestCase& test : all_tests()) {
        if (selects(options.pattern, test.suite, test.name)) ++selected;
    }
    print("KTAP version 1\n1..{}\n", selected);

    Summary summary;
    unsigned number = 0;
    for (const TestCase& test : all_tests()) {
        if (!selects(options.pattern, test.suite, test.name)) continue;
        ++number;
        switch (run_one(test, options)) {
        case Outcome::Passed:
            ++summary.passed;
            print("ok {} {}: {}\n", number, test.suite, test.name);
            break;
        case Outcome::Failed:
            ++summary.failed;
            print("not ok {} {}: {}\n", number, test.suite, test.name);
            break;
        case Outcome::Skipped:
            ++summary.skipped;
            print("ok {} {}: {} # SKIP {}\n", number, test.suite, test.name, skip_reason);
            break;
        }
    }
    print("# pass:{} fail:{} skip:{} total:{}\n", summary.passed, summary.failed, summary.skipped, selected);
    return summary;
}

void list_tests(std::string_view pattern) {
    for (const TestCase& test : all_tests()) {
        if (selects(pattern, test.suite, test.name)) print("{}\t{}\n", test.suite, test.name);
    }
}

} // namespace kernel::test
