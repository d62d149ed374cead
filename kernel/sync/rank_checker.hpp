// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/assert.hpp"
#include "kernel/sync/rank_set.hpp"

#include <arch/cpu.hpp>

#include <array>

namespace kernel {

/// What each CPU holds. Not a PerCpu<>: locks are taken before and beneath everything else.
extern constinit std::array<RankSet, arch::max_cpus> held_ranks;

/// Checks that this CPU may take a lock of `rank` now, and records it. Preemption must be off.
inline void rank_acquire([[maybe_unused]] Rank rank) {
#if LACUNA_ASSERTIONS
    RankSet& held = held_ranks[arch::cpu_id()];
    ensure(held.admits(rank), "spin locks taken against their rank order");
    held.add(rank);
#endif
}

/// Records that this CPU gave back a lock of `rank`.
inline void rank_release([[maybe_unused]] Rank rank) {
#if LACUNA_ASSERTIONS
    RankSet& held = held_ranks[arch::cpu_id()];
    ensure(held.contains(rank), "spin lock released that this CPU does not hold");
    held.remove(rank);
#endif
}

/// Whether this CPU holds no spin lock: the precondition of everything that may sleep.
inline bool holds_no_spin_lock() {
    const arch::PreemptGuard on_this_cpu;
    return held_ranks[arch::cpu_id()].empty();
}

} // namespace kernel
