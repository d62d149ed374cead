// SPDX-License-Identifier: MIT
#include <array>

#include "kernel/ns/scratch_namespace.hpp"
#include "kernel/sched/sched.hpp"
#include "kernel/stats/event_account.hpp"
#include "kernel/test/test.hpp"
#include "mm/domain/domain.hpp"

using namespace kernel;

namespace {

constexpr std::uint64_t rounds = 20'000;

/// Counts something that happens by itself never while tests run, and lets others run in between.
void count_heals(void*) {
    for (std::uint64_t i = 0; i < rounds; ++i) {
        count(Event::Heals);
        if (i % 64 == 0) yield();
    }
}

std::uint64_t heals_of(NetNamespace& ns) { return ns.domain().events().snapshot()[Event::Heals]; }

} // namespace

LACUNA_TEST("stats.namespace", "tasks of two namespaces that take turns each count for their own, and lose nothing") {
    const std::uint64_t before = snapshot_events()[Event::Heals];
    {
        ScratchNamespace red("t-red");
        ScratchNamespace blue("t-blue");
        REQUIRE(red);
        REQUIRE(blue);
        std::array<TaskRef, 6> tasks;
        for (std::size_t i = 0; i < tasks.size(); ++i) {
            // Four in red, two in blue.
            auto task = spawn_process(i % 3 < 2 ? &*red : &*blue, {.name = "counts", .function = count_heals});
            REQUIRE(task.has_value());
            tasks[i] = std::move(*task);
        }
        for (TaskRef& task : tasks) CHECK(join(*task).has_value());
        CHECK(heals_of(*red) == 4 * rounds);
        CHECK(heals_of(*blue) == 2 * rounds);
        CHECK(red.remove());
        CHECK(blue.remove());
    }
    CHECK(snapshot_events()[Event::Heals] - before == 6 * rounds);
}
