// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/mutant.hpp"

namespace kernel::test {

/// Breaks one thing for the length of a scope, then puts back what the command line broke.
class [[nodiscard]] MutantScope {
public:
    explicit MutantScope(Mutant mutant) : before_(detail::active_mutant) { set_mutant(mutant); }
    ~MutantScope() { set_mutant(before_); }
    MutantScope(const MutantScope&) = delete;
    MutantScope& operator=(const MutantScope&) = delete;

private:
    Mutant before_;
};

} // namespace kernel::test
