// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/shell/command.hpp"

namespace kernel {

class NetNamespace;

/// Runs one command where it has to run, and waits for it. `words` begins with the command's name and
/// lies in shared memory. A command that dies of a fault has failed; whoever asked for it has not.
Status run_command(Arguments words);

/// Runs one command in a task of its own inside `ns`. From outside all namespaces only.
Status run_command_in(NetNamespace& ns, Arguments words);

} // namespace kernel
