// SPDX-License-Identifier: MIT
#include "kernel/bench/run.hpp"

#include <algorithm>

namespace kernel::bench {

void Run::add(std::uint64_t value, const EventSnapshot& events) {
    if (taken_ == max_samples) return;
    samples_[taken_] = value;
    events_[taken_++] = events;
}

std::size_t Run::index_of(std::size_t rank) const {
    std::array<std::uint8_t, max_samples> order{};
    for (std::size_t i = 0; i < taken_; ++i) order[i] = static_cast<std::uint8_t>(i);
    const auto taken = std::span(order).first(taken_);
    std::ranges::sort(taken, [this](std::uint8_t a, std::uint8_t b) {
        return samples_[a] != samples_[b] ? samples_[a] < samples_[b] : a < b;
    });
    return taken[rank];
}

} // namespace kernel::bench
