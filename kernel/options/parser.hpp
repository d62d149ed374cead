// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "kernel/options/options.hpp"
#include "kernel/options/table.hpp"

namespace kernel {

enum class OptionTrouble : std::uint8_t {
    UnknownKey,
    BadValue,     ///< `row` says which values are good
    MissingValue, ///< a known key without '='
    Malformed,    ///< the line ends inside quotes, or is too long
};

/// Something in the command line that was passed over.
struct OptionProblem {
    OptionTrouble trouble;
    std::string_view key;
    std::string_view value;
    const OptionRow* row; ///< null for an unknown key
};

using OptionProblemHandler = void (*)(const OptionProblem&);

/// Reads a command line of key=value words. What is wrong is handed to `report` and leaves its option at
/// the default; a later word overrides an earlier one. Texts in the result point into `storage`.
Options parse_options(std::string_view line, std::span<char> storage, OptionProblemHandler report);

/// Logs the problem as a warning that says what to write instead.
void warn_of(const OptionProblem& problem);

} // namespace kernel
