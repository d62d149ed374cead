// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

#include <string_view>

/// COM1, a 16550 at 115200 baud, 8N1.
namespace arch {

/// Sends bytes as they are, waiting for room. Any context; callers on several CPUs take turns.
void serial_write(std::string_view text);

/// Has `receive` called with each byte that arrives, in interrupt context. One receiver, set once.
/// Errors: Unsupported if the interrupt line cannot be routed.
kernel::Result<> serial_start_receive(void (*receive)(char byte));

} // namespace arch
