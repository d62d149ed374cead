// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

#include <cstdint>

namespace kernel {

class NetNamespace;
class Task;

/// A request of a task to be served by a kernel task outside all namespaces. A task in a namespace runs on
/// a stack that only its own page table maps, so it can neither load another page table nor replace that
/// stack. It therefore sleeps while the movers' task, on a shared stack, does so on its behalf. The
/// request is part of the (shared) task structure, because the server cannot read the caller's stack.
struct OutsideCall {
    NetNamespace* target = nullptr; ///< where to move the task to; null: outside all namespaces
    void (*function)(void*) = nullptr;
    void* argument = nullptr;
    Result<> result{};
};

} // namespace kernel
