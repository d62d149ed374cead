// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/shell/command.hpp"

namespace kernel {

/// The `ip` command: interfaces, addresses and routes of the current namespace.
Status ip_command(Arguments arguments);

} // namespace kernel
