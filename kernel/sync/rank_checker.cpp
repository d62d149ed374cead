// SPDX-License-Identifier: MIT
#include "kernel/sync/rank_checker.hpp"

namespace kernel {

constinit std::array<RankSet, arch::max_cpus> held_ranks{};

} // namespace kernel
