// SPDX-License-Identifier: MIT
#include "kernel/shell/line_editor.hpp"

#include <algorithm>
#include <format>

namespace kernel {
namespace {

constexpr char control(char letter) { return static_cast<char>(letter & 0x1f); }
constexpr char escape_key = 0x1b;
constexpr char backspace_key = 0x08;
constexpr char delete_key = 0x7f;

/// What the completer found: how many, and what all of them begin with.
struct Candidates {
    std::array<char, LineEditor::max_line> common{};
    std::size_t common_size = 0;
    std::size_t count = 0;

    static void add(std::string_view candidate, void* self) {
        auto& all = *static_cast<Candidates*>(self);
        if (all.count++ == 0) {
            all.common_size = std::min(candidate.size(), all.common.size());
            std::copy_n(candidate.data(), all.common_size, all.common.data());
            return;
        }
        const std::string_view so_far(all.common.data(), all.common_size);
        const auto [mine, theirs] = std::ranges::mismatch(so_far, candidate);
        all.common_size = static_cast<std::size_t>(mine - so_far.begin());
    }
};

} // namespace

void LineEditor::begin() {
    size_ = cursor_ = recalled_ = 0;
    output_(prompt_);
}

std::optional<std::string_view> LineEditor::feed(char input) {
    const bool follows_return = std::exchange(after_return_, input == '\r');
    if (input == '\n' && follows_return) return std::nullopt;
    if (escape_ != Escape::None) {
        feed_escape(input);
        return std::nullopt;
    }
    if (input == '\r' || input == '\n') return finish();
    if (input == escape_key) {
        escape_ = Escape::Begun;
    } else if (static_cast<unsigned char>(input) < ' ' || input == delete_key) {
        act_on_control(input);
    } else if (static_cast<unsigned char>(input) < 0x80) {
        insert(input);
    }
    return std::nullopt;
}

std::optional<std::string_view> LineEditor::finish() {
    output_("\n");
    history_.add(line());
    const std::string_view finished = line();
    size_ = cursor_ = recalled_ = 0;
    return finished;
}

void LineEditor::feed_escape(char input) {
    if (escape_ == Escape::Begun) {
        escape_ = input == '[' || input == 'O' ? Escape::Sequence : Escape::None;
        escape_number_ = 0;
    } else if (input >= '0' && input <= '9') {
        escape_number_ = (escape_number_ * 10 + static_cast<unsigned>(input - '0')) % 1000;
    } else if (input == ';') {
        escape_number_ = 0;
    } else {
        escape_ = Escape::None;
        act_on_sequence(input);
    }
}

void LineEditor::act_on_sequence(char final) {
    switch (final) {
    case 'A':
        recall(recalled_ + 1);
        break;
    case 'B':
        if (recalled_ > 0) recall(recalled_ - 1);
        break;
    case 'C':
        move_to(std::min(cursor_ + 1, size_));
        break;
    case 'D':
        move_to(cursor_ > 0 ? cursor_ - 1 : 0);
        break;
    case 'H':
        move_to(0);
        break;
    case 'F':
        move_to(size_);
        break;
    case '~':
        if (escape_number_ == 1 || escape_number_ == 7) move_to(0);
        if (escape_number_ == 4 || escape_number_ == 8) move_to(size_);
        if (escape_number_ == 3 && cursor_ < size_) erase(cursor_, cursor_ + 1);
        break;
    default:
        break;
    }
}

void LineEditor::act_on_control(char input) {
    switch (input) {
    case backspace_key:
    case delete_key:
        if (cursor_ > 0) erase(cursor_ - 1, cursor_);
        break;
    case control('a'):
        move_to(0);
        break;
    case control('e'):
        move_to(size_);
        break;
    case control('b'):
        move_to(cursor_ > 0 ? cursor_ - 1 : 0);
        break;
    case control('f'):
        move_to(std::min(cursor_ + 1, size_));
        break;
    case control('d'):
        if (cursor_ < size_) erase(cursor_, cursor_ + 1);
        break;
    case control('u'):
        erase(0, cursor_);
        break;
    case control('k'):
        erase(cursor_, size_);
        break;
    case control('w'):
        erase(word_begin(), cursor_);
        break;
    case control('p'):
        recall(recalled_ + 1);
        break;
    case control('n'):
        if (recalled_ > 0) recall(recalled_ - 1);
        break;
    case control('c'):
        output_("^C\n");
        begin();
        break;
    case control('l'):
        output_("\x1b[H\x1b[2J");
        redraw();
        break;
    case '\t':
        complete();
        break;
    default:
        break;
    }
}

/// The beginning of the word that ends at the cursor, blanks behind it included.
std::size_t LineEditor::word_begin() const {
    std::size_t begin = cursor_;
    while (begin > 0 && buffer_[begin - 1] == ' ') --begin;
    while (begin > 0 && buffer_[begin - 1] != ' ') --begin;
    return begin;
}

void LineEditor::insert(char c) {
    if (size_ == buffer_.size()) {
        output_("\a");
        return;
    }
    std::copy_backward(buffer_.begin() + cursor_, buffer_.begin() + size_, buffer_.begin() + size_ + 1);
    buffer_[cursor_++] = c;
    ++size_;
    if (cursor_ == size_) {
        output_({&c, 1});
    } else {
        redraw();
    }
}

void LineEditor::erase(std::size_t from, std::size_t to) {
    if (from == to) return;
    const bool last_character = to == size_ && cursor_ == size_ && to - from == 1;
    std::copy(buffer_.begin() + to, buffer_.begin() + size_, buffer_.begin() + from);
    size_ -= to - from;
    cursor_ = from;
    if (last_character) {
        output_("\b \b");
    } else {
        redraw();
    }
}

void LineEditor::move_to(std::size_t position) {
    if (position == cursor_) return;
    const bool forward = position > cursor_;
    const std::size_t steps = forward ? position - cursor_ : cursor_ - position;
    std::array<char, 16> sequence;
    const auto end = std::format_to_n(sequence.data(), sequence.size(), "\x1b[{}{}", steps, forward ? 'C' : 'D');
    output_({sequence.data(), static_cast<std::size_t>(end.size)});
    cursor_ = position;
}

void LineEditor::redraw() {
    output_("\r");
    output_(prompt_);
    output_(line());
    output_("\x1b[K");
    const std::size_t wanted = cursor_;
    cursor_ = size_;
    move_to(wanted);
}

void LineEditor::replace_line(std::string_view text) {
    size_ = cursor_ = std::min(text.size(), buffer_.size());
    std::copy_n(text.data(), size_, buffer_.data());
    redraw();
}

void LineEditor::recall(std::size_t back) {
    if (back > history_.size()) return;
    recalled_ = back;
    replace_line(back == 0 ? std::string_view() : history_.recall(back));
}

void LineEditor::complete() {
    if (completer_ == nullptr) return;
    std::size_t begin = cursor_;
    while (begin > 0 && buffer_[begin - 1] != ' ' && buffer_[begin - 1] != ';') --begin;
    const std::string_view before = line().substr(0, begin);
    const std::string_view word = line().substr(begin, cursor_ - begin);

    Candidates candidates;
    completer_(before, word, Candidates::add, &candidates);
    if (candidates.count == 0) return;
    if (candidates.count == 1 || candidates.common_size > word.size()) {
        const std::size_t typed = word.size();
        for (std::size_t i = typed; i < candidates.common_size; ++i) insert(candidates.common[i]);
        if (candidates.count == 1) insert(' ');
        return;
    }
    output_("\n");
    completer_(
        before, word,
        [](std::string_view candidate, void* output) {
            (*static_cast<Output*>(output))(candidate);
            (*static_cast<Output*>(output))("  ");
        },
        &output_);
    output_("\n");
    redraw();
}

} // namespace kernel
