// SPDX-License-Identifier: MIT
#include "kernel/bench/report.hpp"

#include <arch/clock.hpp>
#include <arch/features.hpp>

#include "kernel/base/console.hpp"
#include "kernel/base/fixed_text.hpp"
#include "kernel/base/mutant.hpp"
#include "kernel/main/system.hpp"
#include "kernel/options/policy_names.hpp"

namespace kernel::bench {
namespace {

/// A quotient with two decimals, without floating point.
FixedText<24> quotient(std::uint64_t total, std::uint64_t divisor) {
    return FixedText<24>("{}.{:02}", total / divisor, total % divisor * 100 / divisor);
}

/// Whether an event tells anything about the work that was measured: ticks depend on its length alone.
bool of_interest(Event event) { return event != Event::Ticks; }

template <class Visit>
void for_each_event(const EventSnapshot& events, Visit&& visit) {
    for (std::size_t i = 0; i < event_count; ++i) {
        const auto event = static_cast<Event>(i);
        if (events[event] != 0 && of_interest(event)) visit(event, events[event]);
    }
}

void text_result(const Benchmark& benchmark, const Run& run) {
    console::Writer writer;
    console::Appender out(writer);
    if (!run.failure().empty()) {
        std::format_to(out, "{:<44} {:>14}  {}\n", benchmark.name, "-", run.failure());
        return;
    }
    const std::uint64_t per = run.operations();
    std::format_to(out, "{:<44} {:>14} {} ({} .. {})", benchmark.name, quotient(run.median(), per).view(),
                   name(benchmark.unit), quotient(run.least(), per).view(), quotient(run.most(), per).view());
    for (const Run::Counter& counter : run.counters()) {
        std::format_to(out, "  {} {}", counter.name, quotient(counter.total, counter.per).view());
    }
    for_each_event(run.events(), [&](Event event, std::uint64_t count) {
        // The longest stale window is no sum.
        const bool maximum = event == Event::StaleWindowNs;
        std::format_to(out, "  {} {}", name(event), quotient(count, maximum ? 1 : per).view());
    });
    writer.put('\n');
}

void line_result(const Benchmark& benchmark, const Run& run) {
    console::Writer writer;
    console::Appender out(writer);
    std::format_to(out, "@bench {{\"name\":\"{}\",\"unit\":\"{}\",", benchmark.name, name(benchmark.unit));
    if (!run.failure().empty()) {
        std::format_to(out, "\"failure\":\"{}\"}}\n", run.failure());
        return;
    }
    std::format_to(out, "\"operations\":{},\"samples\":[", run.operations());
    const char* separator = "";
    for (const std::uint64_t sample : run.samples()) {
        std::format_to(out, "{}{}", separator, sample);
        separator = ",";
    }
    std::format_to(out, "],\"counters\":{{");
    separator = "";
    for (const Run::Counter& counter : run.counters()) {
        std::format_to(out, "{}\"{}\":[{},{}]", separator, counter.name, counter.total, counter.per);
        separator = ",";
    }
    std::format_to(out, "}},\"events\":{{");
    separator = "";
    for_each_event(run.events(), [&](Event event, std::uint64_t count) {
        std::format_to(out, "{}\"{}\":{}", separator, name(event), count);
        separator = ",";
    });
    std::format_to(out, "}}}}\n");
}

void text_context() {
    console::Writer writer;
    console::Appender out(writer);
    std::format_to(out, "Cycles per operation (instructions under -icount shift=0): the median (least .. most); events "
                        "per operation.\n");
    for_each_policy(options(), [&](std::string_view axis, std::string_view choice) {
        std::format_to(out, "{}={} ", axis, choice);
    });
    writer.put('\n');
}

void line_context() {
    console::Writer writer;
    console::Appender out(writer);
    std::format_to(
        out,
        "@bench {{\"cycles_per_second\":{},\"assertions\":{},\"mutants\":{},"
        "\"lto\":{},\"frame_pointers\":{},\"vendor\":\"{}\",\"pcid\":{},\"invpcid\":{},\"pages_1g\":{},\"policies\":{{",
        arch::cycles_per_second(), bool{LACUNA_ASSERTIONS}, bool{LACUNA_MUTANTS}, bool{LACUNA_LTO},
        bool{LACUNA_FRAME_POINTERS}, std::string_view(arch::cpu_features().vendor.data()), arch::cpu_features().pcid,
        arch::cpu_features().invpcid, arch::cpu_features().pages_1g);
    const char* separator = "";
    for_each_policy(options(), [&](std::string_view axis, std::string_view choice) {
        std::format_to(out, "{}\"{}\":\"{}\"", separator, axis, choice);
        separator = ",";
    });
    std::format_to(out, "}}}}\n");
}

} // namespace

std::string_view name(Unit unit) {
    switch (unit) {
    case Unit::Cycles:
        return "cycles";
    case Unit::Bytes:
        return "bytes";
    case Unit::Count:
        return "count";
    }
    return "?";
}

void report_context(Form form) { form == Form::Text ? text_context() : line_context(); }

void report_result(Form form, const Benchmark& benchmark, const Run& run) {
    form == Form::Text ? text_result(benchmark, run) : line_result(benchmark, run);
}

} // namespace kernel::bench
