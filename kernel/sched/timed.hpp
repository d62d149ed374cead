// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/intrusive_list.hpp"
#include "kernel/sync/time.hpp"

namespace kernel {

/// The part of a task that stands in a CPU's timer wheel: a task has one deadline at a time. Every
/// Timed is a Task.
struct Timed {
    ListHook<Timed> timer_hook;
    Instant wake_at;
};

} // namespace kernel
