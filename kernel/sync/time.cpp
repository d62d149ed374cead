// SPDX-License-Identifier: MIT
#include "kernel/sync/time.hpp"

#include <arch/clock.hpp>

namespace kernel {

Instant Instant::now() { return Instant(arch::now_ns()); }

} // namespace kernel
