// SPDX-License-Identifier: MIT
#include "kernel/bench/measure.hpp"

#include "kernel/base/console.hpp"

namespace kernel::bench {
namespace {

/// A quotient with two decimals, without floating point.
struct PerOperation {
    std::uint64_t whole;
    std::uint64_t hundredths;

    PerOperation(std::uint64_t total, std::uint64_t operations)
        : whole(total / operations), hundredths(total % operations * 100 / operations) {}
};

} // namespace

void print_figure(const Figure& figure) {
    const PerOperation cycles(figure.cycles, figure.operations);
    console::Writer writer;
    console::Appender out(writer);
    std::format_to(out, "{:<40} {:>12}.{:02}", figure.name, cycles.whole, cycles.hundredths);
    for (std::size_t i = 0; i < event_count; ++i) {
        const auto event = static_cast<Event>(i);
        if (figure.events[event] == 0 || event == Event::Ticks) continue;
        const PerOperation events(figure.events[event], figure.operations);
        std::format_to(out, "  {} {}.{:02}", name(event), events.whole, events.hundredths);
    }
    writer.put('\n');
}

void print_missing(std::string_view name, std::string_view why) {
    print("{:<40} {:>15}  {}\n", name, "-", why);
}

} // namespace kernel::bench
