// SPDX-License-Identifier: MIT
// The host's side of `mutant=`: LACUNA_MUTANT=NAME in the environment switches a deliberate fault on
// before the first test, so that a negative twin can show that a test notices it.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "kernel/base/mutant.hpp"

namespace kernel::test {

namespace {

[[maybe_unused]] const bool mutant_chosen = [] {
    const char* wanted = std::getenv("LACUNA_MUTANT");
    if (wanted == nullptr) return false;
    for (const MutantName& candidate : mutant_names) {
        if (candidate.name == std::string_view(wanted)) {
            set_mutant(candidate.mutant);
            return true;
        }
    }
    std::fprintf(stderr, "LACUNA_MUTANT=%s: no such mutant\n", wanted);
    std::exit(EXIT_FAILURE);
}();

} // namespace

} // namespace kernel::test
