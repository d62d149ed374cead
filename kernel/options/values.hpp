// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <cstdint>
#include <limits>
#include <string_view>

#include "kernel/base/result.hpp"

/// Reads single values: of options, and of the shell's arguments.
namespace kernel {

/// A number, decimal or with 0x hexadecimal. Errors: InvalidArgument.
constexpr Result<std::uint64_t> parse_number(std::string_view text) {
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        text.remove_prefix(2);
        base = 16;
    }
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, base);
    if (error != std::errc{} || stop != end) return fail(Error::InvalidArgument);
    return value;
}

/// A number of bytes with an optional K, M or G (powers of 1024), such as 64M. Errors: InvalidArgument.
constexpr Result<std::uint64_t> parse_size(std::string_view text) {
    unsigned shift = 0;
    if (!text.empty()) {
        switch (text.back()) {
        case 'k':
        case 'K':
            shift = 10;
            break;
        case 'm':
        case 'M':
            shift = 20;
            break;
        case 'g':
        case 'G':
            shift = 30;
            break;
        default:
            break;
        }
    }
    if (shift != 0) text.remove_suffix(1);
    // Spelt out: TRY's statement expression cannot be used in a constant expression.
    const auto value = parse_number(text);
    if (!value || *value > std::numeric_limits<std::uint64_t>::max() >> shift) {
        return fail(Error::InvalidArgument);
    }
    return *value << shift;
}

static_assert(parse_size("64M") == std::uint64_t{64} << 20 && parse_size("512") == std::uint64_t{512});
static_assert(!parse_size("") && !parse_size("M") && !parse_size("6x") && !parse_size("-1"));
static_assert(parse_number("0xff") == 255u && !parse_number("0x") && !parse_number("ff"));

} // namespace kernel
