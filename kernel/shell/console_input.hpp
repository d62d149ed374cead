// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "kernel/base/result.hpp"

/// Bytes from the serial console, kept until somebody reads them.
namespace kernel::console_input {

/// Starts receiving. Errors: Unsupported if the port's interrupt cannot be routed.
Result<> start();

/// The next byte; sleeps until there is one. One reader. Error: Killed.
Result<char> read();

/// Whether a byte waits.
bool pending();

} // namespace kernel::console_input
