// SPDX-License-Identifier: MIT
// Two tasks that wake each other in turn.
#include <atomic>

#include "kernel/bench/benchmark.hpp"
#include "kernel/bench/run.hpp"
#include "kernel/ns/scratch_namespace.hpp"
#include "kernel/sched/sched.hpp"
#include "kernel/sync/semaphore.hpp"

namespace kernel::bench {
namespace {

constexpr std::uint64_t rounds = 256;

/// On a stack outside all namespaces.
struct Rally {
    Run& run;
    Semaphore ball;
    Semaphore back;
    std::atomic<bool> over{false};
};

void return_balls(void* shared) {
    auto& rally = *static_cast<Rally*>(shared);
    while (rally.ball.acquire() && !rally.over.load()) rally.back.release();
}

void serve_balls(void* shared) {
    auto& rally = *static_cast<Rally*>(shared);
    rally.run.measure(rounds, [&rally] {
        for (std::uint64_t i = 0; i < rounds; ++i) {
            rally.ball.release();
            if (!rally.back.acquire()) return false;
        }
        return true;
    });
}

void rally_between(Run& run, NetNamespace* a, NetNamespace* b) {
    Rally rally{.run = run, .ball = Semaphore(), .back = Semaphore()};
    const auto second = spawn_process(b, {.name = "returns", .function = return_balls, .argument = &rally});
    if (!second) return run.fail(second.error());
    const auto first = spawn_process(a, {.name = "serves", .function = serve_balls, .argument = &rally});
    if (first) {
        static_cast<void>(join(**first));
    } else {
        run.fail(first.error());
    }
    rally.over.store(true);
    rally.ball.release();
    static_cast<void>(join(**second));
}

void of_one_namespace(Run& run) {
    const ScratchNamespace a("bench-a");
    if (!a) return run.fail("no namespace");
    rally_between(run, &*a, &*a);
}

void of_two_namespaces(Run& run) {
    const ScratchNamespace a("bench-a"), b("bench-b");
    if (!a || !b) return run.fail("no namespace");
    rally_between(run, &*a, &*b);
}

LACUNA_BENCHMARK("ctxsw.kthread_completion.round_trip", Unit::Cycles, of_one_namespace);
LACUNA_BENCHMARK("ctxsw.two_namespaces_completion.round_trip", Unit::Cycles, of_two_namespaces);

} // namespace
} // namespace kernel::bench
