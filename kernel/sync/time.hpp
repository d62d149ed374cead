// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstdint>

namespace kernel {

/// A length of time, in nanoseconds.
class Duration {
public:
    constexpr Duration() = default;
    static constexpr Duration from_ns(uint64_t ns) { return Duration(ns); }
    [[nodiscard]] constexpr uint64_t ns() const { return ns_; }

    constexpr auto operator<=>(const Duration&) const = default;
    friend constexpr Duration operator+(Duration a, Duration b) { return Duration(a.ns_ + b.ns_); }

private:
    constexpr explicit Duration(uint64_t ns) : ns_(ns) {}
    uint64_t ns_ = 0;
};

constexpr Duration microseconds(uint64_t n) { return Duration::from_ns(n * 1'000); }
constexpr Duration milliseconds(uint64_t n) { return Duration::from_ns(n * 1'000'000); }
constexpr Duration seconds(uint64_t n) { return Duration::from_ns(n * 1'000'000'000); }

/// A point in time, in nanoseconds since the clock started; it never goes back.
class Instant {
public:
    constexpr Instant() = default;
    static constexpr Instant from_ns(uint64_t ns) { return Instant(ns); }
    /// The time now. Any context.
    static Instant now();
    [[nodiscard]] constexpr uint64_t ns() const { return ns_; }

    constexpr auto operator<=>(const Instant&) const = default;
    /// Saturates: the far future stays in the future.
    friend constexpr Instant operator+(Instant t, Duration d) {
        const uint64_t sum = t.ns_ + d.ns();
        return Instant(sum < t.ns_ ? UINT64_MAX : sum);
    }
    /// The time from `earlier` to this, zero if `earlier` is later.
    [[nodiscard]] constexpr Duration since(Instant earlier) const {
        return Duration::from_ns(ns_ > earlier.ns_ ? ns_ - earlier.ns_ : 0);
    }

private:
    constexpr explicit Instant(uint64_t ns) : ns_(ns) {}
    uint64_t ns_ = 0;
};

static_assert(Instant::from_ns(5) + milliseconds(2) == Instant::from_ns(2'000'005));
static_assert(Instant::from_ns(UINT64_MAX) + seconds(1) == Instant::from_ns(UINT64_MAX));

} // namespace kernel
