// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace net {

/// A transfer's rate in units of 1000 bits per second; 0 for one that took no time. Precondition: at most
/// 2 TiB, so that the product fits 64 bits.
constexpr std::uint64_t kilobits_per_second(std::uint64_t bytes, std::uint64_t ns) {
    return ns == 0 ? 0 : bytes * 8 * 1'000'000 / ns;
}

static_assert(kilobits_per_second(125'000, 1'000'000'000) == 1000);

} // namespace net
