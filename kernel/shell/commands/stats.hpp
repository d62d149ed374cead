// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/shell/command.hpp"

namespace kernel {

/// The command `stats`: event counters of the system, of each CPU, of each namespace, of one.
Status stats(Arguments arguments);

} // namespace kernel
