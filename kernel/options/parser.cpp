// SPDX-License-Identifier: MIT
#include "kernel/options/parser.hpp"

#include <algorithm>
#include <array>

#include "kernel/base/log.hpp"
#include "kernel/options/words.hpp"

namespace kernel {
namespace {

const OptionRow* find(std::string_view key) {
    const auto rows = option_table();
    const auto row = std::ranges::find(rows, key, &OptionRow::key);
    return row == rows.end() ? nullptr : &*row;
}

} // namespace

Options parse_options(std::string_view line, std::span<char> storage, OptionProblemHandler report) {
    Options options;
    Words words(line, storage);
    while (const auto word = words.next()) {
        const std::size_t equals = word->find('=');
        const std::string_view key = word->substr(0, equals);
        const OptionRow* const row = find(key);
        if (row == nullptr) {
            report({OptionTrouble::UnknownKey, key, {}, nullptr});
        } else if (equals == std::string_view::npos) {
            report({OptionTrouble::MissingValue, key, {}, row});
        } else if (const std::string_view value = word->substr(equals + 1); !row->apply(options, value)) {
            report({OptionTrouble::BadValue, key, value, row});
        }
    }
    if (words.malformed()) report({OptionTrouble::Malformed, {}, {}, nullptr});
    return options;
}

void warn_of(const OptionProblem& problem) {
    // "one, two, three", or the form of the value if it is free.
    std::array<char, 256> good{};
    std::size_t used = 0;
    const auto append = [&](std::string_view text) {
        const std::size_t n = std::min(text.size(), good.size() - used);
        std::copy_n(text.data(), n, good.data() + used);
        used += n;
    };
    if (problem.row != nullptr) {
        append(problem.row->form);
        for (const OptionChoice& choice : problem.row->choices) {
            if (used > 0) append(", ");
            append(choice.name);
        }
    }
    const std::string_view values(good.data(), used);

    switch (problem.trouble) {
    case OptionTrouble::UnknownKey:
        log::warn("option '{}' is not known and has no effect; `help options` lists them", problem.key);
        break;
    case OptionTrouble::BadValue:
        log::warn("option {}: '{}' is not a value it takes; good ones: {}", problem.key, problem.value, values);
        break;
    case OptionTrouble::MissingValue:
        log::warn("option {} needs a value: {}=..., one of: {}", problem.key, problem.key, values);
        break;
    case OptionTrouble::Malformed:
        log::warn("the command line is too long or ends inside quotes");
        break;
    }
}

} // namespace kernel
