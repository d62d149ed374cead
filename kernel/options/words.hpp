// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace kernel {

/// Splits a kernel command line into words, taking quotes away.
///
/// Words are separated by spaces. Single or double quotes, anywhere in a word, keep spaces together; a
/// backslash before a quote or a backslash stands for that character. This reads both what a person
/// types, autorun='ns add red; ip', and what GRUB makes of it: "autorun=ns add red; ip".
class Words {
public:
    /// The words are stored in `storage`, which outlives their use. It needs no more room than `line`.
    Words(std::string_view line, std::span<char> storage) : line_(line), storage_(storage) {}

    /// The next word, or nothing at the end.
    std::optional<std::string_view> next();

    /// Whether the line ended inside quotes, or the storage was too small for it.
    bool malformed() const { return malformed_; }

private:
    std::string_view line_;
    std::span<char> storage_;
    std::size_t used_ = 0;
    bool malformed_ = false;
};

} // namespace kernel
