// SPDX-License-Identifier: MIT
#include "kernel/bench/figures.hpp"
#include "kernel/bench/measure.hpp"
#include "kernel/ns/namespace_registry.hpp"

namespace kernel::bench {
namespace {

constexpr std::string_view subject = "figures-ns";

} // namespace

void namespace_figures() {
    // Each half is timed with the other in between: two figures out of one loop.
    std::array<std::uint64_t, samples> creating, destroying;
    Figure create{.name = "namespace, create"}, destroy{.name = "namespace, destroy"};
    for (std::size_t i = 0; i < warm_ups + samples; ++i) {
        const EventSnapshot at_start = snapshot_events();
        const std::uint64_t start = arch::cycles();
        if (!namespaces().create(subject)) return print_missing(create.name, "it failed");
        const std::uint64_t middle = arch::cycles();
        const EventSnapshot at_middle = snapshot_events();
        const std::uint64_t again = arch::cycles();
        if (!namespaces().remove(subject)) return print_missing(destroy.name, "it failed");
        const std::uint64_t end = arch::cycles();
        destroy.events = snapshot_events().since(at_middle);
        create.events = at_middle.since(at_start);
        if (i < warm_ups) continue;
        creating[i - warm_ups] = middle - start;
        destroying[i - warm_ups] = end - again;
    }
    const auto less = [](std::uint64_t x, std::uint64_t y) { return x < y; };
    std::ranges::sort(creating, less);
    std::ranges::sort(destroying, less);
    create.cycles = creating[samples / 2];
    destroy.cycles = destroying[samples / 2];
    print_figure(create);
    print_figure(destroy);
}

} // namespace kernel::bench
