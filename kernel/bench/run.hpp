// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "kernel/base/result.hpp"
#include "kernel/bench/stopwatch.hpp"

namespace kernel::bench {

/// How often a benchmark does its work. The median counts, so that a timer tick in one sample does not.
struct Repeats {
    unsigned warm_ups = 3; ///< first, and not counted: they fill lists and caches
    unsigned samples = 15;
};

/// Few, for what takes long.
inline constexpr Repeats few{.warm_ups = 1, .samples = 5};

/// A measurement that is being taken: its samples, or why there are none. Shared memory: tasks in
/// namespaces write to it.
class Run {
public:
    static constexpr unsigned max_samples = 15;

    /// A figure beside the benchmark's own, such as packets sent.
    struct Counter {
        std::string_view name;
        std::uint64_t total = 0;
        std::uint64_t per = 1; ///< the figure is total / per
    };

    /// Calls `batch(Stopwatch&)` as often as `repeats` says. Between start() and stop() it does
    /// `operations` operations. It returns whether it could do its work; false ends the measurement.
    template <class Batch>
    void measure_parts(std::uint64_t operations, Batch&& batch, Repeats repeats = {}) {
        operations_ = operations;
        for (unsigned i = 0; i < repeats.warm_ups + repeats.samples; ++i) {
            Stopwatch watch;
            if (!batch(watch)) return fail("an operation failed");
            if (i >= repeats.warm_ups) add(watch);
        }
    }

    /// The same where all of `batch()` is to be timed.
    template <class Batch>
    void measure(std::uint64_t operations, Batch&& batch, Repeats repeats = {}) {
        measure_parts(
            operations,
            [&batch](Stopwatch& watch) {
                watch.start();
                const bool done = batch();
                watch.stop();
                return done;
            },
            repeats);
    }

    /// Takes in a sample that was measured elsewhere, of the number of operations() last set.
    void add(const Stopwatch& watch) { add(watch.cycles(), watch.events()); }
    /// Takes in a value that is no time, such as bytes for `operations` operations.
    void add_value(std::uint64_t value, std::uint64_t operations = 1) {
        operations_ = operations;
        add(value, {});
    }
    /// Puts a figure beside the benchmark's own.
    void count(const Counter& counter) {
        if (counter_count_ < counters_.size()) counters_[counter_count_++] = counter;
    }
    /// Says that the figure cannot be taken. The first reason stays.
    void fail(std::string_view why) {
        if (failure_.empty()) failure_ = why;
    }
    void fail(Error error) { fail(name(error)); }

    // --- for the report ---------------------------------------------------------------------------

    std::uint64_t operations() const { return operations_; }
    /// In the order in which they were taken.
    std::span<const std::uint64_t> samples() const { return std::span(samples_).first(taken_); }
    std::span<const Counter> counters() const { return std::span(counters_).first(counter_count_); }
    /// The median, minimum, maximum of the samples. Precondition: failure() is empty.
    std::uint64_t median() const { return samples_[index_of(taken_ / 2)]; }
    std::uint64_t least() const { return samples_[index_of(0)]; }
    std::uint64_t most() const { return samples_[index_of(taken_ - 1)]; }
    /// The events of the median sample.
    const EventSnapshot& events() const { return events_[index_of(taken_ / 2)]; }
    /// Why there is no figure; empty if there is one.
    std::string_view failure() const { return taken_ == 0 && failure_.empty() ? "no sample" : failure_; }

private:
    void add(std::uint64_t value, const EventSnapshot& events);
    /// Where the sample is that has `rank` smaller ones.
    std::size_t index_of(std::size_t rank) const;

    std::uint64_t operations_ = 1;
    std::size_t taken_ = 0;
    std::size_t counter_count_ = 0;
    std::array<std::uint64_t, max_samples> samples_{};
    std::array<EventSnapshot, max_samples> events_{};
    std::array<Counter, 4> counters_{};
    std::string_view failure_{};
};

} // namespace kernel::bench
