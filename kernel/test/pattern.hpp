// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace kernel::test {

/// Shell-style matching of a whole text: `*` any run of characters, `?` any one.
constexpr bool glob_matches(std::string_view pattern, std::string_view text) {
    std::size_t p = 0, t = 0;
    // Where to resume when the run that the last `*` swallows turns out too short.
    std::size_t star = std::string_view::npos, resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

/// Whether the test `name` of `suite` is selected. `patterns` is a comma-separated list; each item is
/// matched against the suite ("mm.*") and against "suite: name"; a plain suite name also selects the
/// suites below it ("mm" selects "mm.buddy").
constexpr bool selects(std::string_view patterns, std::string_view suite, std::string_view name) {
    const auto matches_both = [&](std::string_view pattern) {
        // "suite: name" without building it: split the pattern at its first ": ".
        const std::size_t split = pattern.find(": ");
        if (split == std::string_view::npos) return false;
        return glob_matches(pattern.substr(0, split), suite) && glob_matches(pattern.substr(split + 2), name);
    };
    while (true) {
        const std::size_t comma = patterns.find(',');
        const std::string_view item = patterns.substr(0, comma);
        const bool below =
            suite.size() > item.size() && suite.starts_with(item) && suite[item.size()] == '.' && !item.empty();
        if (glob_matches(item, suite) || below || matches_both(item)) return true;
        if (comma == std::string_view::npos) return false;
        patterns.remove_prefix(comma + 1);
    }
}

static_assert(glob_matches("mm.*", "mm.buddy") && !glob_matches("mm.*", "net.wire"));
static_assert(glob_matches("*a*b?", "xxaayybz") && !glob_matches("a?", "a"));
static_assert(selects("net.*,mm.buddy", "mm.buddy", "x") && selects("mm", "mm.buddy", "x"));
static_assert(selects("mm.buddy: merge*", "mm.buddy", "merges") && !selects("m", "mm", "x"));

} // namespace kernel::test
