// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

#include <array>
#include <cstdint>

namespace kernel {

class NetNamespace;
class Task;

/// A request of a task that is served outside all namespaces (kernel/sched/outside.hpp). It is part
/// of the (shared) task structure, because the server cannot read the caller's stack.
struct OutsideCall {
    void (*serve)(Task& caller) = nullptr;
    /// The arguments: a namespace to move to (null: out of all), or the name of one to create.
    NetNamespace* ns = nullptr;
    std::array<char, 16> ns_name{};
    Result<> result{};
};

} // namespace kernel
