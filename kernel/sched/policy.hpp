// SPDX-License-Identifier: MIT
#pragma once

#include "mm/policies.hpp"

#include <array>
#include <cstdint>

namespace kernel {

/// Which ready task runs next, and where a task waits for its turn.
enum class SchedulingPolicy : uint8_t {
    RoundRobin, ///< first come, first served; a task that becomes ready goes to an idle CPU
    Namespace,  ///< tasks of the loaded address space first, a few in a row; they stay on their CPU
};

inline constexpr std::array scheduling_choices{
    mm::PolicyChoice{"round-robin", SchedulingPolicy::RoundRobin,
                     "first come, first served; a task that becomes ready goes to an idle CPU"},
    mm::PolicyChoice{"namespace", SchedulingPolicy::Namespace,
                     "tasks of the loaded page table first, at most eight in a row; a task leaves its CPU "
                     "only when another one waits there"},
};

/// Bounds of SchedulingPolicy::Namespace. The task at the front of the queue waits for at most `run`
/// others to be preferred; a search looks at `depth` tasks; a CPU with `crowd` ready tasks or more
/// sends those that wake up to an idle one.
struct NamespaceAffinity {
    static constexpr uint32_t run = 8;
    static constexpr uint32_t depth = 8;
    static constexpr uint32_t crowd = 1;
};

} // namespace kernel
