// SPDX-License-Identifier: MIT
#pragma once

namespace kernel::bench {

/// The system is about to take commands: ends what `boot.to_shell` measures. Once.
void boot_is_over();

} // namespace kernel::bench
