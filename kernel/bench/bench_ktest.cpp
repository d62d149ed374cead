// SPDX-License-Identifier: MIT
#include <memory>
#include <new>

#include "kernel/bench/benchmark.hpp"
#include "kernel/bench/run.hpp"
#include "kernel/test/test.hpp"

using namespace kernel::bench;
using kernel::Event;

LACUNA_TEST("bench.registry", "no benchmark has the name of another, or one below which another stands") {
    for (const Benchmark& one : all_benchmarks()) {
        for (const Benchmark& other : all_benchmarks()) {
            if (&one == &other) continue;
            CHECK(one.name != other.name);
            CHECK_FALSE(other.name.starts_with(one.name) && other.name[one.name.size()] == '.');
        }
    }
}

LACUNA_TEST("bench.run", "the median is of the samples after the warm-ups, with the events of its own sample") {
    const std::unique_ptr<Run> run(new (std::nothrow) Run);
    REQUIRE(run != nullptr);
    unsigned call = 0;
    run->measure_parts(
        1,
        [&call](Stopwatch& watch) {
            watch.start();
            // A sample of a length of its own: the third is the middle one of the last three.
            const unsigned lengths[] = {90'000, 100, 30'000, 9'000};
            for (unsigned i = 0; i < lengths[call]; ++i) asm volatile("");
            kernel::count(Event::Heals, call);
            watch.stop();
            ++call;
            return true;
        },
        {.warm_ups = 1, .samples = 3});
    CHECK(call == 4);
    CHECK(run->failure().empty());
    CHECK(run->samples().size() == 3);
    CHECK(run->events()[Event::Heals] == 3);
    CHECK(run->least() <= run->median());
    CHECK(run->median() <= run->most());
}

LACUNA_TEST("bench.run", "work that fails ends the measurement and leaves a reason") {
    const std::unique_ptr<Run> run(new (std::nothrow) Run);
    REQUIRE(run != nullptr);
    unsigned calls = 0;
    run->measure(1, [&calls] { return ++calls < 2; });
    CHECK(calls == 2);
    CHECK_FALSE(run->failure().empty());
}
