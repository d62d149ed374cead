// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/sync/time.hpp"

#include <optional>

namespace kernel {

/// How long a wait may last: until a point in time, or for ever.
class Deadline {
public:
    static constexpr Deadline never() { return Deadline(std::nullopt); }
    static constexpr Deadline at(Instant when) { return Deadline(when); }
    /// `length` from now on.
    static Deadline in(Duration length) { return Deadline(Instant::now() + length); }

    [[nodiscard]] constexpr std::optional<Instant> instant() const { return when_; }
    [[nodiscard]] bool passed() const { return when_ && Instant::now() >= *when_; }

private:
    constexpr explicit Deadline(std::optional<Instant> when) : when_(when) {}
    std::optional<Instant> when_;
};

} // namespace kernel
