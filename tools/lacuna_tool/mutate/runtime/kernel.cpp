// SPDX-License-Identifier: MIT
// The kernel with mutants. tools/lacuna mutate writes the number into the image, and the linker leads the test runner's
// two calls here (--wrap). While it is found out what is reached, each test has a line for itself before its result:
//
//     # reached test 1234567 ns 3f,40-4c,
//
// and another, `audit`, for what the audit after it reached; `boot` is what came before the first test.
#include "lacuna_mutate.hpp"

#include "kernel/base/console.hpp"
#include "kernel/diag/audit_check.hpp"
#include "kernel/test/runner.hpp"

#include <arch/clock.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace lacuna_mutate {

// Not zero, so that it has a place in the image's file.
[[gnu::used]] constinit unsigned active = nobody;
constinit unsigned char reached[files * per_file]{};

namespace {

constinit std::uint64_t begin = 0;

/// Prints what was reached since the last call, as a comment of KTAP, and forgets it. Thread context.
void report(std::string_view what) {
    const std::uint64_t now = arch::now_ns();
    if (active == nobody) {
        kernel::print("# reached {} {} ns ", what, now - std::exchange(begin, now));
        for (unsigned number = 0; number < files * per_file; ++number) {
            if (reached[number] == 0) continue;
            const unsigned first = number;
            while (number + 1 < files * per_file && reached[number + 1] != 0) ++number;
            if (first == number) {
                kernel::print("{:x},", first);
            } else {
                kernel::print("{:x}-{:x},", first, number);
            }
        }
        kernel::print("\n");
    }
    std::ranges::fill(reached, static_cast<unsigned char>(0));
    begin = arch::now_ns();
}

} // namespace

} // namespace lacuna_mutate

extern "C" {

bool __real__ZN6kernel4diag16audit_after_testEv();
bool __wrap__ZN6kernel4diag16audit_after_testEv() {
    lacuna_mutate::report("test");
    const bool clean = __real__ZN6kernel4diag16audit_after_testEv();
    lacuna_mutate::report("audit");
    return clean;
}

kernel::test::Summary __real__ZN6kernel4test9run_testsERKNS0_10RunOptionsE(const kernel::test::RunOptions& options);
kernel::test::Summary __wrap__ZN6kernel4test9run_testsERKNS0_10RunOptionsE(const kernel::test::RunOptions& options) {
    lacuna_mutate::report("boot");
    return __real__ZN6kernel4test9run_testsERKNS0_10RunOptionsE(options);
}
}
