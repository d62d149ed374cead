// SPDX-License-Identifier: MIT
// Figures, printed as KTAP diagnostics. Under -icount shift=0 a cycle is an instruction, and they
// repeat exactly; otherwise they say little. The bounds are generous: they catch a lost fast path,
// no more.
#include "kernel/base/console.hpp"
#include "kernel/ns/namespace_registry.hpp"
#include "kernel/sched/sched.hpp"
#include "kernel/test/test.hpp"

#include <arch/clock.hpp>

#include <atomic>

using namespace kernel;

namespace {

constexpr unsigned rounds = 400;

struct Relay {
    std::atomic<unsigned> finished{0};
    std::atomic<uint64_t> begin{0};
    std::atomic<uint64_t> end{0};
};

void pass_on(void* argument) {
    auto& relay = *static_cast<Relay*>(argument);
    yield(); // until both are there
    if (relay.begin == 0)
        relay.begin = arch::cycles();
    for (unsigned i = 0; i < rounds; ++i)
        yield();
    relay.end = arch::cycles();
    ++relay.finished;
}

/// Cycles for one switch between a task in `a` and one in `b`.
uint64_t switch_cost(NetNamespace* a, NetNamespace* b) {
    Relay relay;
    auto first = spawn_process(a, {.name = "relay", .function = pass_on, .argument = &relay});
    auto second = spawn_process(b, {.name = "relay", .function = pass_on, .argument = &relay});
    if (!first || !second)
        return 0;
    static_cast<void>(join(**first));
    static_cast<void>(join(**second));
    return (relay.end - relay.begin) / (2 * rounds);
}

} // namespace

LACUNA_TEST("figures.sched", "a switch of tasks") {
    auto a = namespaces().create("t-a");
    auto b = namespaces().create("t-b");
    REQUIRE(a.has_value());
    REQUIRE(b.has_value());
    print("# figure switch.kernel {}\n", switch_cost(nullptr, nullptr));
    print("# figure switch.one_namespace {}\n", switch_cost(a->get(), a->get()));
    print("# figure switch.two_namespaces {}\n", switch_cost(a->get(), b->get()));
    CHECK(namespaces().remove("t-a").has_value());
    CHECK(namespaces().remove("t-b").has_value());
}

LACUNA_TEST("figures.ns", "a namespace's creation and destruction") {
    for (const bool with_stack : {false, true}) {
        StackHooks* const hooks = namespaces().hooks();
        if (!with_stack)
            namespaces().set_hooks(nullptr);
        constexpr unsigned cycles = 20;
        const uint64_t begin = arch::cycles();
        for (unsigned i = 0; i < cycles; ++i) {
            CHECK(namespaces().create("t-a").has_value());
            CHECK(namespaces().remove("t-a").has_value());
        }
        print("# figure namespace.{} {}\n", with_stack ? "with_tcp_ip" : "bare",
              (arch::cycles() - begin) / cycles);
        namespaces().set_hooks(hooks);
    }
}

LACUNA_TEST("figures.sched", "a task's birth and death") {
    constexpr unsigned cycles = 50;
    const uint64_t begin = arch::cycles();
    for (unsigned i = 0; i < cycles; ++i) {
        auto task = spawn({.name = "brief", .function = [](void*) {}});
        REQUIRE(task.has_value());
        CHECK(join(**task).has_value());
    }
    print("# figure task.spawn_join {}\n", (arch::cycles() - begin) / cycles);
}
