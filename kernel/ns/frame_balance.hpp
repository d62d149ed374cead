// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/ns/namespace_registry.hpp"
#include "mm/memory.hpp"

namespace kernel {

/// Free frames, and those that the namespaces in use own: what tests compare before and after. The
/// owned ones are counted in because `init` lives on meanwhile: its TCP/IP stack has timers, and
/// allocates. Idle stock of the allocators is returned first.
inline mm::PageCount frame_balance() {
    memory().reclaim();
    mm::PageCount sum = memory().free_frames();
    namespaces().for_each([&](NetNamespace& ns) { sum = sum + ns.domain().books().owned; });
    return sum;
}

} // namespace kernel
