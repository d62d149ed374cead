// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

#include "kernel/base/result.hpp"
#include "kernel/options/options.hpp"

namespace kernel {

/// A value that an option may have, for help and documentation.
struct OptionChoice {
    std::string_view name;
    std::string_view doc;
};

/// All there is to say about one key. The parser, `help options` and docs/boot-options.md are made of it.
struct OptionRow {
    std::string_view key;
    std::string_view form; ///< what the value looks like: SIZE, or TEXT; empty if choices say it
    std::span<const OptionChoice> choices;
    std::string_view fallback; ///< the default, as a user would write it; empty if there is none
    std::string_view doc;
    Result<> (*apply)(Options&, std::string_view value); ///< InvalidArgument for a bad value
};

/// Every option, in the order in which they are documented.
std::span<const OptionRow> option_table();

} // namespace kernel
