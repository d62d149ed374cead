// SPDX-License-Identifier: MIT
#pragma once

namespace kernel::diag {

/// Installs the handlers for page faults and all other exceptions. What a task brought upon itself ends
/// that task with a report; everything else is a panic. Boot, before the scheduler starts.
void install_trap_handlers();

} // namespace kernel::diag
