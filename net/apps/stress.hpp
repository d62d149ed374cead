// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

#include <cstdint>

namespace net {

struct StressOptions {
    unsigned namespaces = 64; ///< alive at the same time; rounded up to an even number, 128 at most
    unsigned seconds = 10;
};

struct StressResult {
    std::uint64_t lives = 0;      ///< namespaces that were created, used and destroyed
    std::uint64_t streams = 0;    ///< that arrived whole, every byte compared
    std::uint64_t cut_short = 0;  ///< whose receiver was destroyed meanwhile
    std::uint64_t bytes = 0;      ///< of the whole streams
    std::uint64_t failures = 0;   ///< what should have worked and did not; the log says more
    std::int64_t frames_lost = 0; ///< in the frame balance from before to after
};

/// Runs pairs of namespaces, each created, joined by a veth pair, used for checksummed TCP streams and
/// destroyed over and over by a task of its own, every third time with a stream under way. What tasks and
/// CPUs there are decides what happens at once. Before it measures it lets every pair live once, for what
/// stays allocated from then on. Outside all namespaces, thread context. Error: OutOfMemory.
kernel::Result<StressResult> stress(const StressOptions& options);

} // namespace net
