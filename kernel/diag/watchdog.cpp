// SPDX-License-Identifier: MIT
#include "kernel/diag/watchdog.hpp"

#include <arch/clock.hpp>
#include <atomic>

#include "kernel/base/assert.hpp"
#include "kernel/base/console.hpp"

namespace kernel {
namespace {

constexpr std::uint64_t disarmed = ~std::uint64_t{0};
constexpr std::uint64_t ns_per_second = 1'000'000'000;

constinit std::atomic<std::uint64_t> deadline_ns{disarmed};
constinit std::uint64_t allowance_ns = 0;
constinit std::string_view guarded;

} // namespace

Watchdog::Watchdog(std::string_view what, std::uint64_t seconds) {
    ensure(deadline_ns.load() == disarmed, "a watchdog is already running");
    guarded = what;
    allowance_ns = seconds * ns_per_second;
    restart();
}

Watchdog::~Watchdog() { deadline_ns.store(disarmed); }

void Watchdog::restart() { deadline_ns.store(arch::now_ns() + allowance_ns); }

void Watchdog::check() {
    std::uint64_t deadline = deadline_ns.load(std::memory_order_relaxed);
    if (arch::now_ns() < deadline) return;
    // Every CPU's tick comes here; one of them speaks.
    if (!deadline_ns.compare_exchange_strong(deadline, disarmed)) return;
    console::seize();
    print("# hangs: {} has not finished in {} s\n", guarded, allowance_ns / ns_per_second);
    panic("watchdog");
}

} // namespace kernel
