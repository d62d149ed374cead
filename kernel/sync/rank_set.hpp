// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/sync/rank.hpp"

#include <cstdint>

namespace kernel {

/// The ranks of the spin locks that one CPU holds: one bit each, so that checking the order costs a
/// shift and a test.
///
/// Preemption is off while any spin lock is held, so a set per CPU is a set per holder; an
/// interrupt adds to what it interrupted and takes its ranks away again before it returns.
class RankSet {
public:
    /// Whether a lock of `rank` may be taken now: nothing of its rank or a higher one is held.
    [[nodiscard]] constexpr bool admits(Rank rank) const { return held_ >> index(rank) == 0; }
    [[nodiscard]] constexpr bool contains(Rank rank) const { return (held_ & bit(rank)) != 0; }
    [[nodiscard]] constexpr bool empty() const { return held_ == 0; }

    constexpr void add(Rank rank) { held_ |= bit(rank); }
    /// Locks may be released in any order.
    constexpr void remove(Rank rank) { held_ &= ~bit(rank); }

private:
    static constexpr unsigned index(Rank rank) { return static_cast<unsigned>(rank); }
    static constexpr uint64_t bit(Rank rank) { return uint64_t{1} << index(rank); }

    uint64_t held_ = 0;
};

} // namespace kernel
