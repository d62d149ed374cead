// SPDX-License-Identifier: MIT
// Switches between two tasks, and what goes with them.
#include <atomic>

#include "kernel/bench/benchmark.hpp"
#include "kernel/bench/run.hpp"
#include "kernel/ns/scratch_namespace.hpp"
#include "kernel/sched/sched.hpp"

namespace kernel::bench {
namespace {

constexpr std::uint64_t rounds = 512;

/// What the two tasks share. It stands on a stack outside all namespaces.
struct PingPong {
    Run& run;
    std::atomic<bool> partner_ready{false};
    std::atomic<bool> done{false};
};

/// Yields for as long as the other measures.
void partner(void* shared) {
    auto& game = *static_cast<PingPong*>(shared);
    game.partner_ready.store(true);
    while (!game.done.load(std::memory_order_relaxed)) yield();
}

/// One yield of ours and the partner's one in return are two switches.
void player(void* shared) {
    auto& game = *static_cast<PingPong*>(shared);
    while (!game.partner_ready.load()) yield();
    game.run.measure(2 * rounds, [] {
        for (std::uint64_t i = 0; i < rounds; ++i) yield();
        return true;
    });
    game.done.store(true);
}

/// Null: outside all namespaces.
void yields_between(Run& run, NetNamespace* a, NetNamespace* b) {
    PingPong game{.run = run};
    const auto second = spawn_process(b, {.name = "partner", .function = partner, .argument = &game});
    if (!second) return run.fail(second.error());
    const auto first = spawn_process(a, {.name = "player", .function = player, .argument = &game});
    if (first) {
        static_cast<void>(join(**first));
    } else {
        run.fail(first.error());
    }
    game.done.store(true);
    static_cast<void>(join(**second));
}

void outside(Run& run) { yields_between(run, nullptr, nullptr); }

void in_one_namespace(Run& run) {
    const ScratchNamespace a("bench-a");
    if (!a) return run.fail("no namespace");
    yields_between(run, &*a, &*a);
}

void between_namespaces(Run& run) {
    const ScratchNamespace a("bench-a"), b("bench-b");
    if (!a || !b) return run.fail("no namespace");
    yields_between(run, &*a, &*b);
}

void spawn_and_join(Run& run) {
    constexpr std::uint64_t tasks = 50;
    run.measure(tasks, [] {
        for (std::uint64_t i = 0; i < tasks; ++i) {
            auto task = spawn({.name = "brief", .function = [](void*) {}});
            if (!task || !join(**task)) return false;
        }
        return true;
    });
}

LACUNA_BENCHMARK("ctxsw.kthread_fifo_yield.per_switch", Unit::Cycles, in_one_namespace);
LACUNA_BENCHMARK("ctxsw.process_fifo_sched_yield.per_switch", Unit::Cycles, between_namespaces);
LACUNA_BENCHMARK("ctxsw.outside_yield.per_switch", Unit::Cycles, outside);
LACUNA_BENCHMARK("task.spawn_join", Unit::Cycles, spawn_and_join);

} // namespace
} // namespace kernel::bench
