// SPDX-License-Identifier: MIT
#pragma once

namespace kernel {

enum class Colour : bool { No, Yes };

/// Prints the direct map as a picture, one character for each 2 MiB of physical memory: how large the
/// leaves are, where the holes are, and whose. With colour, each owner has one, in ANSI's sequences.
/// Thread context.
void print_direct_map(Colour colour);

} // namespace kernel
