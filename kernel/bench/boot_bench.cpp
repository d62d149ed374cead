// SPDX-License-Identifier: MIT
#include <arch/boot_info.hpp>
#include <arch/clock.hpp>

#include "kernel/bench/benchmark.hpp"
#include "kernel/bench/boot_time.hpp"
#include "kernel/bench/run.hpp"

namespace kernel::bench {
namespace {

constinit std::uint64_t arrived = 0;

/// From the kernel's first instruction until it takes commands.
void to_shell(Run& run) { run.add_value(arrived - arch::boot_cycles()); }

LACUNA_BENCHMARK("boot.to_shell", Unit::Cycles, to_shell);

} // namespace

void boot_is_over() { arrived = arch::cycles(); }

} // namespace kernel::bench
