// SPDX-License-Identifier: MIT
#include "kernel/sched/timer_wheel.hpp"
#include "kernel/test/test.hpp"

#include <array>

namespace {

using kernel::Instant;
using kernel::Timed;
using kernel::TimerWheel;

// Static, because a wheel is larger than a test should put on a kernel stack.
struct Bench {
    TimerWheel wheel;
    size_t advance(uint64_t to_ms) {
        size_t expired = 0;
        wheel.advance(at(to_ms), [&](Timed&) { ++expired; });
        return expired;
    }
    static Instant at(uint64_t ms) { return Instant::from_ns(ms * 1'000'000); }
};

} // namespace

LACUNA_TEST("sched.timer_wheel", "expires a deadline once, and not before it") {
    static Bench bench;
    Timed task;
    bench.wheel.add(task, Bench::at(10));
    CHECK(bench.advance(5) == 0);
    CHECK(bench.advance(10) == 0); // its granule has not ended
    CHECK(bench.advance(12) == 1);
    CHECK(bench.advance(13) == 0);
    CHECK(bench.wheel.size() == 0);
}

LACUNA_TEST("sched.timer_wheel", "a deadline in the past is due at the next tick") {
    static Bench bench;
    bench.advance(1000);
    Timed task;
    bench.wheel.add(task, Bench::at(1));
    CHECK(bench.advance(1003) == 1);
}

LACUNA_TEST("sched.timer_wheel", "one slot keeps the rounds apart") {
    static Bench bench;
    // 268 ms is one round of 256 granules of 2^20 ns: the two stand in the same slot.
    const uint64_t round = TimerWheel::slot_count << TimerWheel::granule_shift;
    Timed soon;
    Timed later;
    const Instant first = Instant::from_ns(5u << TimerWheel::granule_shift);
    bench.wheel.add(later, first + kernel::Duration::from_ns(round));
    bench.wheel.add(soon, first);
    CHECK(bench.advance(8) == 1);
    CHECK_FALSE(soon.timer_hook.is_linked());
    CHECK(later.timer_hook.is_linked());
    CHECK(bench.advance(200) == 0);
    CHECK(bench.advance(280) == 1);
}

LACUNA_TEST("sched.timer_wheel", "a gap of many rounds expires everything that is due") {
    static Bench bench;
    static std::array<Timed, 300> tasks;
    for (size_t i = 0; i < tasks.size(); ++i) bench.wheel.add(tasks[i], Bench::at(i * 7));
    Timed far;
    bench.wheel.add(far, Bench::at(1'000'000));
    CHECK(bench.advance(500'000) == tasks.size());
    CHECK(far.timer_hook.is_linked());
    bench.wheel.remove(far);
    CHECK(bench.wheel.size() == 0);
}

LACUNA_TEST("sched.timer_wheel", "removal takes a deadline back, twice is harmless") {
    static Bench bench;
    Timed task;
    bench.wheel.add(task, Bench::at(3));
    bench.wheel.remove(task);
    bench.wheel.remove(task);
    CHECK(bench.advance(100) == 0);
}

LACUNA_TEST("sched.timer_wheel", "an expired task may be added again from the callback") {
    static Bench bench;
    Timed task;
    bench.wheel.add(task, Bench::at(3));
    int rounds = 0;
    for (uint64_t ms = 0; ms < 50; ++ms) {
        bench.wheel.advance(Bench::at(ms), [&](Timed& timed) {
            ++rounds;
            bench.wheel.add(timed, Bench::at(ms + 10));
        });
    }
    CHECK(rounds == 5); // in the ticks at 4, 15, 26, 37 and 48 ms
    bench.wheel.remove(task);
}
