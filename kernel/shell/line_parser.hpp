// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace kernel {

/// Takes a line of input apart into commands of words.
///
///     ns add red; ns exec red fetch 10.0.2.2:80 "/a file"   # a comment
///
/// `;` or the end of a line ends a command. Quotes of either kind keep spaces and `;` in a word; a
/// backslash makes the next character an ordinary one, except inside single quotes. `#` at the
/// beginning of a word starts a comment that ends with the line.
class LineParser {
public:
    enum class Kind : std::uint8_t {
        Command, ///< `words` is not empty
        End,
        UnfinishedQuote, ///< the rest of the line is given up
        TooLong,         ///< more words than the caller has room for, or no storage left
    };
    struct Parsed {
        Kind kind;
        std::span<std::string_view> words;
    };

    /// Words are built in `storage`, which must live as long as they do and needs as much room as the line.
    LineParser(std::string_view line, std::span<char> storage) : line_(line), storage_(storage) {}

    /// The next command, its words in `room`.
    Parsed next(std::span<std::string_view> room);

private:
    enum class WordKind : std::uint8_t { Word, EndOfCommand, UnfinishedQuote, TooLong };
    WordKind next_word(std::string_view& word);
    bool keep(char c);
    void skip_blanks();

    std::string_view line_;
    std::span<char> storage_;
    std::size_t used_ = 0;
};

} // namespace kernel
