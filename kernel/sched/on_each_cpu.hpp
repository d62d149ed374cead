// SPDX-License-Identifier: MIT
#pragma once

namespace kernel {

/// Has every CPU run `function(argument)` once, in thread context outside all namespaces, and waits for
/// all. Each CPU first frees what its dead tasks left. For what a CPU must do itself, such as giving back
/// the stock that its allocators keep. One at a time, a second caller waits. `argument` is shared memory.
/// Thread context; not from what a reaper does, which is where the others run it.
void on_each_cpu(void (*function)(void* argument), void* argument = nullptr);

/// The same where the caller may sleep; false, and nothing is done, where it may not.
bool try_on_each_cpu(void (*function)(void* argument), void* argument);

} // namespace kernel
