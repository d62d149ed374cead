// SPDX-License-Identifier: MIT
#pragma once

namespace kernel {

/// The part of a task that stands in a CPU's run queue. Every Runnable is a Task.
struct Runnable {
    Runnable* next_ready = this; ///< the next in the run queue, or null; the task itself: it is in none
};

} // namespace kernel
