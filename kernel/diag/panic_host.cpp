// SPDX-License-Identifier: MIT
// The host's panic: say why and stop where a debugger or the sanitizer's report shows the stack.
#include <cstdio>
#include <cstdlib>

#include "kernel/base/assert.hpp"

namespace kernel {

void panic(std::string_view why, std::source_location where) {
    std::fprintf(stderr, "panic: %.*s (%s:%u)\n", static_cast<int>(why.size()), why.data(), where.file_name(),
                 static_cast<unsigned>(where.line()));
    std::abort();
}

} // namespace kernel
