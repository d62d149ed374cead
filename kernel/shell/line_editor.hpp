// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "kernel/shell/history.hpp"

namespace kernel {

/// Edits one line on a terminal that understands the VT100's sequences.
///
/// Left, right, home, end, ctrl-a, -e, -b, -f move; backspace, delete, ctrl-d, -u, -k, -w erase; up, down,
/// ctrl-p, -n walk the history; tab completes; ctrl-l redraws; ctrl-c gives the line up. Typing at the end
/// of the line echoes just the character, so that the other side may as well be a pipe.
class LineEditor {
public:
    static constexpr std::size_t max_line = History::line_size;

    /// Where the echo goes.
    using Output = void (*)(std::string_view);
    /// Offers completions of `word`: calls `offer(candidate, context)` for each word that begins with it.
    using Offer = void (*)(std::string_view candidate, void* context);
    using Completer = void (*)(std::string_view line_before_word, std::string_view word, Offer offer, void* context);

    constexpr LineEditor(std::string_view prompt, Output output, Completer completer)
        : prompt_(prompt), output_(output), completer_(completer) {}

    /// Shows the prompt for a new line.
    void begin();

    /// Takes a byte of input. Returns the line when it is finished, valid until the next call.
    std::optional<std::string_view> feed(char input);

private:
    /// Where in an escape sequence the input is: ESC, then '[' or 'O', then digits, then a letter or '~'.
    enum class Escape : std::uint8_t { None, Begun, Sequence };

    void feed_escape(char input);
    void act_on_sequence(char final);
    void act_on_control(char input);
    std::optional<std::string_view> finish();
    void insert(char c);
    void erase(std::size_t from, std::size_t to);
    void move_to(std::size_t position);
    void replace_line(std::string_view text);
    void recall(std::size_t back);
    void complete();
    void redraw();
    std::string_view line() const { return {buffer_.data(), size_}; }
    std::size_t word_begin() const;

    std::string_view prompt_;
    Output output_;
    Completer completer_;
    History history_;
    std::array<char, max_line> buffer_{};
    std::size_t size_ = 0;
    std::size_t cursor_ = 0;
    std::size_t recalled_ = 0; ///< lines back in history; 0: the line that is being written
    Escape escape_ = Escape::None;
    unsigned escape_number_ = 0;
    bool after_return_ = false; ///< a line feed that follows belongs to the carriage return
};

} // namespace kernel
