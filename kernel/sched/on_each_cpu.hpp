// SPDX-License-Identifier: MIT
#pragma once

namespace kernel {

/// Has every CPU run `function` once, in thread context outside all namespaces, and waits for all. Each
/// CPU first frees what its dead tasks left. For what a CPU must do itself, such as giving back the
/// stock that its allocators keep. One at a time, a second caller waits. Thread context.
void on_each_cpu(void (*function)());

} // namespace kernel
