// SPDX-License-Identifier: MIT
#include <arch/clock.hpp>

#include "arch/x86_64/platform/clock_setup.hpp"
#include "arch/x86_64/platform/local_apic.hpp"
#include "arch/x86_64/platform/reference_counter.hpp"

#include <arch/cpu.hpp>

namespace arch {

namespace {

constexpr std::uint64_t nanoseconds_per_second = 1'000'000'000;
constexpr std::uint64_t calibration_ns = 1'000'000;
constexpr unsigned fraction_bits = 32;

constinit std::uint64_t cycle_frequency = 0;
constinit std::uint64_t timer_frequency = 0;
constinit std::uint64_t first_cycle = 0;
constinit std::uint64_t nanoseconds_per_cycle = 0; // in 1 / 2^fraction_bits

/// The three counters at one moment.
struct Moment {
    std::uint64_t cycle;
    std::uint32_t reference;
    std::uint32_t timer;
};

// The machine below may take the CPU away between two reads. Of several tries, the one that took
// the fewest cycles was disturbed the least.
Moment sample(const ReferenceCounter& counter) {
    constexpr unsigned tries = 3;
    Moment best{};
    std::uint64_t best_cost = ~std::uint64_t{0};
    for (unsigned i = 0; i < tries; ++i) {
        const std::uint64_t before = cycles();
        const std::uint32_t reference = counter.read();
        const std::uint32_t timer = local_timer_remaining();
        const std::uint64_t cost = cycles() - before;
        if (cost >= best_cost) continue;
        best_cost = cost;
        best = {before + cost / 2, reference, timer};
    }
    return best;
}

} // namespace

void clock_calibrate() {
    const ReferenceCounter counter;
    local_timer_start_silent(~std::uint32_t{0});
    const Moment begin = sample(counter);
    const std::uint64_t ticks = counter.frequency() * calibration_ns / nanoseconds_per_second;
    while (counter.elapsed(begin.reference, counter.read()) < ticks) pause();
    const Moment end = sample(counter);
    local_timer_stop();

    const std::uint64_t elapsed = counter.elapsed(begin.reference, end.reference);
    cycle_frequency = (end.cycle - begin.cycle) * counter.frequency() / elapsed;
    timer_frequency = std::uint64_t{begin.timer - end.timer} * counter.frequency() / elapsed;
    nanoseconds_per_cycle = (nanoseconds_per_second << fraction_bits) / cycle_frequency;
    first_cycle = cycles();
}

std::uint64_t local_timer_frequency() { return timer_frequency; }

std::uint64_t cycles_per_second() { return cycle_frequency; }

std::uint64_t ns_in(std::uint64_t cycles) {
    const unsigned __int128 product = static_cast<unsigned __int128>(cycles) * nanoseconds_per_cycle;
    return static_cast<std::uint64_t>(product >> fraction_bits);
}

std::uint64_t now_ns() { return ns_in(cycles() - first_cycle); }

void busy_wait_ns(std::uint64_t nanoseconds) {
    const std::uint64_t end = now_ns() + nanoseconds;
    while (now_ns() < end) pause();
}

} // namespace arch
