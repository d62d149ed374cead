// SPDX-License-Identifier: MIT
#include "kernel/options/words.hpp"

namespace kernel {
namespace {

constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
constexpr bool is_quote(char c) { return c == '\'' || c == '"'; }

} // namespace

std::optional<std::string_view> Words::next() {
    while (!line_.empty() && is_space(line_.front())) line_.remove_prefix(1);
    if (line_.empty()) return std::nullopt;

    const std::size_t begin = used_;
    char open_quote = '\0';
    while (!line_.empty() && (open_quote != '\0' || !is_space(line_.front()))) {
        char c = line_.front();
        line_.remove_prefix(1);
        if (c == '\\' && !line_.empty() && (is_quote(line_.front()) || line_.front() == '\\')) {
            c = line_.front();
            line_.remove_prefix(1);
        } else if (c == open_quote) {
            open_quote = '\0';
            continue;
        } else if (open_quote == '\0' && is_quote(c)) {
            open_quote = c;
            continue;
        }
        if (used_ == storage_.size()) {
            malformed_ = true;
            break;
        }
        storage_[used_++] = c;
    }
    if (open_quote != '\0') malformed_ = true;
    return std::string_view(storage_.data() + begin, used_ - begin);
}

} // namespace kernel
