// SPDX-License-Identifier: MIT
#include <atomic>

#include "kernel/bench/figures.hpp"
#include "kernel/bench/measure.hpp"
#include "kernel/sched/sched.hpp"

namespace kernel::bench {
namespace {

constexpr std::uint64_t rounds = 512;

/// What the two tasks share. It stands on a stack outside all namespaces.
struct PingPong {
    Figure figure;
    std::atomic<bool> partner_ready{false};
    std::atomic<bool> done{false};
    bool measured = false;
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
    game.measured = measure(game.figure, [] {
        for (std::uint64_t i = 0; i < rounds; ++i) yield();
        return true;
    });
    game.done.store(true);
}

void switch_between(std::string_view name, NetNamespace& a, NetNamespace& b) {
    PingPong game{.figure = {.name = name, .operations = 2 * rounds}};
    const auto other = spawn_process(&b, {.name = "partner", .function = partner, .argument = &game});
    if (!other) return print_missing(name, kernel::name(other.error()));
    const auto played = run_in(a, "player", player, &game);
    game.done.store(true);
    static_cast<void>(join(**other));
    if (!played || !game.measured) return print_missing(name, "no task");
    print_figure(game.figure);
}

} // namespace

void switch_figures(NetNamespace& a, NetNamespace& b) {
    switch_between("task switch, one namespace", a, a);
    switch_between("task switch, two namespaces", a, b);
}

} // namespace kernel::bench
