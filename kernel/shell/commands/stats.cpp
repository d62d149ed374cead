// SPDX-License-Identifier: MIT
#include "kernel/shell/commands/stats.hpp"

#include <algorithm>
#include <array>

#include "kernel/base/events.hpp"
#include "kernel/base/fixed_text.hpp"
#include "kernel/ns/namespace_registry.hpp"
#include "kernel/stats/event_account.hpp"
#include "mm/domain/domain.hpp"
#include "mm/memory.hpp"

namespace kernel {
namespace {

/// A table of events, with the counters of somebody in each column. Columns beyond the last that fits
/// are added up in one.
class EventTable {
public:
    static constexpr std::size_t max_columns = 6;

    void add(std::string_view title, const EventSnapshot& events) {
        if (columns_ == max_columns) {
            titles_[max_columns - 1] = FixedText<14>("others");
            events_[max_columns - 1].add(events);
            return;
        }
        titles_[columns_] = FixedText<14>("{}", title);
        events_[columns_++] = events;
    }

    void print_all() const {
        console::Writer writer;
        console::Appender out(writer);
        std::format_to(out, "{:<20}", "");
        for (std::size_t column = 0; column < columns_; ++column) {
            std::format_to(out, " {:>14}", titles_[column].view());
        }
        writer.put('\n');
        for (std::size_t i = 0; i < event_count; ++i) {
            const auto event = static_cast<Event>(i);
            std::format_to(out, "{:<20}", name(event));
            for (std::size_t column = 0; column < columns_; ++column) {
                std::format_to(out, " {:>14}", events_[column][event]);
            }
            writer.put('\n');
        }
    }

private:
    std::size_t columns_ = 0;
    std::array<FixedText<14>, max_columns> titles_{};
    std::array<EventSnapshot, max_columns> events_{};
};

void print_total() {
    const EventSnapshot events = snapshot_events();
    for (std::size_t i = 0; i < event_count; ++i) {
        const auto event = static_cast<Event>(i);
        print("{:<20} {:>14}\n", name(event), events[event]);
    }
}

void print_cpus() {
    EventTable table;
    const mm::CpuMask online = memory().tlb().online();
    for (unsigned cpu = 0; cpu < arch::max_cpus; ++cpu) {
        if (online.contains(cpu)) table.add(FixedText<14>("cpu {}", cpu).view(), snapshot_events(cpu));
    }
    table.print_all();
}

void print_namespaces() {
    EventTable table;
    table.add("(kernel)", snapshot_kernel_events());
    table.add("(ended)", snapshot_ended_events());
    namespaces().for_each([&table](NetNamespace& ns) { table.add(ns.name(), ns.domain().events().snapshot()); });
    table.print_all();
}

} // namespace

Status stats(Arguments arguments) {
    if (arguments.size() > 1) return Status::BadUsage;
    if (arguments.empty()) {
        print_total();
    } else if (arguments[0] == "reset") {
        reset_events();
    } else if (arguments[0] == "--cpus") {
        print_cpus();
    } else if (arguments[0] == "--namespaces") {
        print_namespaces();
    } else if (const auto ns = namespaces().find(arguments[0])) {
        EventTable table;
        table.add((*ns)->name(), (*ns)->domain().events().snapshot());
        table.print_all();
    } else {
        return failed("stats: no namespace '{}'", arguments[0]);
    }
    return Status::Ok;
}

} // namespace kernel
