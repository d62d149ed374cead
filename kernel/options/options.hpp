// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "kernel/base/log.hpp"
#include "kernel/base/mutant.hpp"
#include "kernel/sched/policy.hpp"
#include "mm/policies.hpp"

namespace kernel {

enum class Switch : bool { No, Yes };

/// What the kernel's command line asked for. The initial values are the defaults; table.cpp says which
/// key sets which member. Texts point into the storage of whoever parsed the line.
struct Options {
    std::optional<log::Level> log;             ///< unset: Info, or Warn in unattended runs
    std::optional<std::uint64_t> memory_limit; ///< bytes of RAM to use
    std::uint64_t cpus = 16;                   ///< use at most so many processors
    std::optional<std::string_view> test;      ///< run these tests, then leave
    Switch test_list = Switch::No;
    std::uint64_t test_timeout_s = 120;
    std::optional<std::string_view> bench; ///< run these benchmarks, then leave
    Switch bench_list = Switch::No;
    std::optional<std::string_view> autorun; ///< run these commands, then leave
    Switch autorun_stay = Switch::No;
    Switch demo = Switch::No;
    Switch uplink = Switch::Yes;
    Switch net_offload = Switch::Yes;
    Switch net_join = Switch::Yes;
    Switch net_pack = Switch::Yes;
    Mutant mutant = Mutant::None;
    SchedulingPolicy scheduling = SchedulingPolicy::RoundRobin;
    mm::Policies policies;

    /// Whether nobody sits at the console.
    bool unattended() const {
        return test.has_value() || test_list == Switch::Yes || bench.has_value() || bench_list == Switch::Yes ||
               (autorun.has_value() && autorun_stay == Switch::No);
    }
    log::Level effective_log() const { return log.value_or(unattended() ? log::Level::Warn : log::Level::Info); }
};

} // namespace kernel
