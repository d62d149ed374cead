// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

namespace net {

/// A half-open range of bytes within one frame: [begin, end).
struct Extent {
    std::size_t begin = 0;
    std::size_t end = 0;

    constexpr std::size_t size() const { return end > begin ? end - begin : 0; }
    constexpr bool empty() const { return size() == 0; }
    constexpr bool operator==(const Extent&) const = default;
};

/// The smallest extent that holds both.
constexpr Extent hull(Extent a, Extent b) {
    if (a.empty()) return b;
    if (b.empty()) return a;
    return {std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

/// What lies in `whole` and outside `kept`: a part before it and a part behind it, either may be empty.
constexpr std::array<Extent, 2> outside(Extent whole, Extent kept) {
    if (kept.empty()) return {whole, Extent{}};
    Extent before{whole.begin, std::min(whole.end, kept.begin)};
    Extent behind{std::max(whole.begin, kept.end), whole.end};
    if (before.empty()) before = {};
    if (behind.empty()) behind = {};
    return {before, behind};
}

//   dirty   ####################          outside(dirty, packet):
//   packet        ########            ->  ######        ######
static_assert(outside({0, 100}, {30, 60}) == std::array{Extent{0, 30}, Extent{60, 100}});
static_assert(outside({0, 100}, {0, 100}) == std::array{Extent{}, Extent{}});
static_assert(outside({0, 100}, {0, 60}) == std::array{Extent{}, Extent{60, 100}});
static_assert(outside({50, 60}, {0, 20}) == std::array{Extent{}, Extent{50, 60}});
static_assert(outside({0, 10}, {20, 30}) == std::array{Extent{0, 10}, Extent{}});
static_assert(outside({0, 10}, {}) == std::array{Extent{0, 10}, Extent{}});
static_assert(hull({}, {3, 5}) == Extent{3, 5} && hull({0, 2}, {8, 9}) == Extent{0, 9});

} // namespace net
