// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/sync/semaphore.hpp"

namespace kernel {

/// Something for each CPU's reaper to do (on_each_cpu.hpp). Shared memory.
struct Chore {
    void (*run)(void* argument) = nullptr;
    void* argument = nullptr;
    Semaphore done{0}; ///< released by each CPU that is through
};

} // namespace kernel
