// SPDX-License-Identifier: MIT
#include "kernel/shell/line_parser.hpp"

#include <algorithm>

namespace kernel {
namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
constexpr bool ends_command(char c) { return c == ';' || c == '\n'; }
constexpr bool is_quote(char c) { return c == '\'' || c == '"'; }

} // namespace

void LineParser::skip_blanks() {
    while (!line_.empty() && is_blank(line_.front())) line_.remove_prefix(1);
    if (line_.empty() || line_.front() != '#') return;
    line_.remove_prefix(std::min(line_.find('\n'), line_.size()));
}

bool LineParser::keep(char c) {
    if (used_ == storage_.size()) return false;
    storage_[used_++] = c;
    return true;
}

LineParser::WordKind LineParser::next_word(std::string_view& word) {
    skip_blanks();
    if (line_.empty() || ends_command(line_.front())) return WordKind::EndOfCommand;

    const std::size_t begin = used_;
    char open_quote = '\0';
    while (!line_.empty()) {
        char c = line_.front();
        if (open_quote == '\0' && (is_blank(c) || ends_command(c))) break;
        line_.remove_prefix(1);
        if (c == '\\' && open_quote != '\'' && !line_.empty()) {
            c = line_.front();
            line_.remove_prefix(1);
        } else if (open_quote == '\0' ? is_quote(c) : c == open_quote) {
            open_quote = open_quote == '\0' ? c : '\0';
            continue;
        }
        if (!keep(c)) return WordKind::TooLong;
    }
    if (open_quote != '\0') return WordKind::UnfinishedQuote;
    word = std::string_view(storage_.data() + begin, used_ - begin);
    return WordKind::Word;
}

LineParser::Parsed LineParser::next(std::span<std::string_view> room) {
    while (true) {
        std::size_t count = 0;
        std::string_view word;
        WordKind kind;
        while ((kind = next_word(word)) == WordKind::Word) {
            if (count == room.size()) return {Kind::TooLong, {}};
            room[count++] = word;
        }
        if (kind == WordKind::UnfinishedQuote) return {Kind::UnfinishedQuote, {}};
        if (kind == WordKind::TooLong) return {Kind::TooLong, {}};
        const bool at_end = line_.empty();
        if (!at_end) line_.remove_prefix(1);
        if (count > 0) return {Kind::Command, room.first(count)};
        if (at_end) return {Kind::End, {}};
    }
}

} // namespace kernel
