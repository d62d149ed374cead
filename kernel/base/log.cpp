// SPDX-License-Identifier: MIT
#include "kernel/base/log.hpp"

#include <array>
#include <atomic>
#include <utility>

#include "kernel/base/console.hpp"

namespace kernel::log {
namespace {

constinit std::atomic<Level> threshold{Level::Info};
constinit std::atomic<Clock> clock_now{nullptr};

constexpr std::array<std::string_view, 4> tags{"debug", "info", "warn", "error"};

} // namespace

void set_level(Level level) { threshold.store(level, std::memory_order_relaxed); }
Level level() { return threshold.load(std::memory_order_relaxed); }
void set_clock(Clock clock) { clock_now.store(clock, std::memory_order_relaxed); }

void vwrite(Level level, std::string_view format, std::format_args args) {
    if (level < threshold.load(std::memory_order_relaxed) || level >= Level::Off) return;
    console::Writer writer;
    console::Appender out(writer);
    if (Clock clock = clock_now.load(std::memory_order_relaxed)) {
        const std::uint64_t us = clock() / 1000;
        std::format_to(out, "[{:5}.{:06}] ", us / 1'000'000, us % 1'000'000);
    }
    std::format_to(out, "{}: ", tags[std::to_underlying(level)]);
    std::vformat_to(out, format, args);
    writer.put('\n');
}

} // namespace kernel::log
