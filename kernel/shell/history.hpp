// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace kernel {

/// The last lines that were entered, for the arrow keys. Plain storage, no allocation.
class History {
public:
    static constexpr std::size_t lines = 32;
    static constexpr std::size_t line_size = 512;

    /// Adds a line unless it is empty or the same as the one before; the oldest falls out.
    void add(std::string_view line);

    /// How many there are, at most `lines`.
    std::size_t size() const { return added_ < lines ? added_ : lines; }

    /// The line that was entered `back` lines ago: 1 is the latest. Precondition: 1 <= back <= size().
    std::string_view recall(std::size_t back) const;

private:
    struct Line {
        std::array<char, line_size> text{};
        std::size_t size = 0;
    };
    std::array<Line, lines> ring_{};
    std::size_t added_ = 0;
};

} // namespace kernel
