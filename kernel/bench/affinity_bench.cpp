// SPDX-License-Identifier: MIT
// What it saves to let tasks of one namespace run after each other: compare sched=round-robin with
// sched=namespace. Four namespaces, several tasks in each, all of them ready.
#include <array>
#include <atomic>
#include <vector>

#include "kernel/bench/benchmark.hpp"
#include "kernel/bench/run.hpp"
#include "kernel/ns/scratch_namespace.hpp"
#include "kernel/sched/sched.hpp"
#include "kernel/sync/semaphore.hpp"

namespace kernel::bench {
namespace {

constexpr std::size_t spaces = 4;
constexpr std::size_t turns = 64;

/// Lets tasks begin together, and hears when they are through. Shared memory, like all that they use.
struct Gate {
    Semaphore go{0};
    Semaphore done{0};
    std::atomic<bool> over{false};

    /// What a task does: `work()` each time the gate opens.
    template <class Work>
    void follow(Work&& work) {
        while (go.acquire() && !over.load()) {
            work();
            done.release();
        }
    }
    bool open_for(std::size_t tasks) {
        for (std::size_t i = 0; i < tasks; ++i) go.release();
        for (std::size_t i = 0; i < tasks; ++i) {
            if (!done.acquire()) return false;
        }
        return true;
    }
};

/// The namespaces and their tasks, which are of four and not one after the other in the run queue.
class Town {
public:
    template <class Setting>
    bool settle(TaskFunction function, Setting& setting) {
        auto task = spawn_process(&*homes_[tasks_.size() % spaces],
                                  {.name = "affinity", .function = function, .argument = &setting});
        if (task) tasks_.push_back(std::move(*task));
        return task.has_value();
    }
    explicit operator bool() const {
        for (const ScratchNamespace& home : homes_) {
            if (!home) return false;
        }
        return true;
    }
    void leave() {
        for (TaskRef& task : tasks_) static_cast<void>(join(*task));
    }

private:
    std::array<ScratchNamespace, spaces> homes_{ScratchNamespace("bench-a"), ScratchNamespace("bench-b"),
                                                ScratchNamespace("bench-c"), ScratchNamespace("bench-d")};
    std::vector<TaskRef> tasks_;
};

/// Sixteen tasks that yield, each as often as the others; per yield.
void yields(Run& run) {
    constexpr std::size_t tasks = 4 * spaces;
    Gate gate;
    Town town;
    if (!town) return run.fail("no namespace");
    const auto yield_in_turn = [](void* shared) {
        static_cast<Gate*>(shared)->follow([] {
            for (std::size_t i = 0; i < turns; ++i) yield();
        });
    };
    std::size_t settled = 0;
    while (settled < tasks && town.settle(yield_in_turn, gate)) ++settled;
    if (settled == tasks) {
        run.measure(tasks * turns, [&gate] { return gate.open_for(tasks); });
    } else {
        run.fail("no task");
    }
    gate.over.store(true);
    for (std::size_t i = 0; i < settled; ++i) gate.go.release();
    town.leave();
}

/// Two tasks of one namespace that wake each other in turn.
struct Pair {
    Gate* gate = nullptr;
    Semaphore ball{0};
    Semaphore back{0};
    std::atomic<bool> over{false};
};

void serve(void* shared) {
    auto& pair = *static_cast<Pair*>(shared);
    pair.gate->follow([&pair] {
        for (std::size_t i = 0; i < turns; ++i) {
            pair.ball.release();
            if (!pair.back.acquire()) return;
        }
    });
    pair.over.store(true);
    pair.ball.release();
}

void give_back(void* shared) {
    auto& pair = *static_cast<Pair*>(shared);
    while (pair.ball.acquire() && !pair.over.load()) pair.back.release();
}

/// Eight such pairs, two in each namespace; per round trip.
void exchanges(Run& run) {
    constexpr std::size_t pairs = 2 * spaces;
    Gate gate;
    std::array<Pair, pairs> all;
    Town town;
    if (!town) return run.fail("no namespace");
    std::size_t serving = 0;
    std::size_t returning = 0;
    for (Pair& pair : all) pair.gate = &gate;
    while (serving < pairs && town.settle(serve, all[serving])) ++serving;
    while (returning < serving && town.settle(give_back, all[returning])) ++returning;
    if (returning == pairs) {
        run.measure(pairs * turns, [&gate] { return gate.open_for(pairs); });
    } else {
        run.fail("no task");
    }
    gate.over.store(true);
    for (std::size_t i = 0; i < serving; ++i) gate.go.release();
    town.leave();
}

LACUNA_BENCHMARK("sched.namespace_affinity.yield", Unit::Cycles, yields);
LACUNA_BENCHMARK("sched.namespace_affinity.round_trip", Unit::Cycles, exchanges);

} // namespace
} // namespace kernel::bench
