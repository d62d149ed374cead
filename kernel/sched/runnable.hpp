// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/intrusive_list.hpp"

namespace kernel {

/// The part of a task that stands in a CPU's run queue. Every Runnable is a Task.
struct Runnable {
    ListHook<Runnable> run_hook;
};

} // namespace kernel
