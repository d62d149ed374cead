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

LACUNA_TEST("bench.run", "warm-ups are no samples") {
    const std::unique_ptr<Run> run(new (std::nothrow) Run);
    REQUIRE(run != nullptr);
    unsigned calls = 0;
    run->measure_parts(1,
                       [&calls](Stopwatch& watch) {
                           watch.start();
                           kernel::count(Event::Heals, 3);
                           watch.stop();
                           ++calls;
                           return true;
                       },
                       {.warm_ups = 2, .samples = 3});
    CHECK(calls == 5);
    CHECK(run->failure().empty());
    CHECK(run->samples().size() == 3);
    CHECK(run->events()[Event::Heals] == 3);
}

LACUNA_TEST("bench.run", "the median, the least and the most are found whatever the order of the samples") {
    const std::unique_ptr<Run> run(new (std::nothrow) Run);
    REQUIRE(run != nullptr);
    for (const std::uint64_t value : {50u, 10u, 40u, 30u, 20u}) run->add_value(value, 10);
    CHECK(run->operations() == 10);
    CHECK(run->least() == 10);
    CHECK(run->median() == 30);
    CHECK(run->most() == 50);
}

LACUNA_TEST("bench.run", "work that fails ends the measurement and leaves a reason") {
    const std::unique_ptr<Run> run(new (std::nothrow) Run);
    REQUIRE(run != nullptr);
    unsigned calls = 0;
    run->measure(1, [&calls] { return ++calls < 2; });
    CHECK(calls == 2);
    CHECK_FALSE(run->failure().empty());
}
