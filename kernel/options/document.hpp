// SPDX-License-Identifier: MIT
#pragma once

namespace kernel {

/// Prints docs/boot-options.md.
void print_options_markdown();

/// Prints the options for a reader at the console.
void print_options_help();

} // namespace kernel
