// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace arch {
struct TrapFrame;
}

namespace kernel {

/// panic() for an exception: reports the interrupted code rather than the handler. Any context.
[[noreturn]] void panic_at(std::string_view why, const arch::TrapFrame& frame);

} // namespace kernel
