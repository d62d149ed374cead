// SPDX-License-Identifier: MIT
#include "kernel/shell/line_editor.hpp"

#include <algorithm>
#include <array>

#include "kernel/test/test.hpp"

using kernel::LineEditor;

namespace {

/// Just enough of a terminal to see what the user sees on the last line.
struct Screen {
    std::array<char, 128> row;
    std::size_t column = 0;
    std::array<char, 16> pending;
    std::size_t pending_size = 0;

    Screen() { row.fill(' '); }

    void put(char c) {
        if (pending_size > 0) {
            pending[pending_size++] = c;
            if ((c >= 'A' && c <= 'Z')) run_sequence();
            return;
        }
        switch (c) {
        case '\x1b':
            pending[pending_size++] = c;
            break;
        case '\r':
            column = 0;
            break;
        case '\n':
            row.fill(' ');
            column = 0;
            break;
        case '\b':
            --column;
            break;
        case '\a':
            break;
        default:
            row[column++] = c;
            break;
        }
    }
    void run_sequence() {
        std::size_t n = 0;
        for (std::size_t i = 2; i + 1 < pending_size; ++i) n = n * 10 + static_cast<std::size_t>(pending[i] - '0');
        switch (pending[pending_size - 1]) {
        case 'C':
            column += n;
            break;
        case 'D':
            column -= n;
            break;
        case 'K':
            std::fill(row.begin() + static_cast<std::ptrdiff_t>(column), row.end(), ' ');
            break;
        default:
            break;
        }
        pending_size = 0;
    }
    std::string_view text() const {
        const std::string_view all(row.data(), row.size());
        return all.substr(0, all.find_last_not_of(' ') + 1);
    }
};

Screen screen;

void show(std::string_view text) {
    for (char c : text) screen.put(c);
}

void offer_colours(std::string_view, std::string_view word, LineEditor::Offer offer, void* context) {
    for (std::string_view colour : {"green", "grey", "red"}) {
        if (colour.starts_with(word)) offer(colour, context);
    }
}

/// Types `keys`; returns the line if they end with a return. The editor is static because its history
/// does not fit on a kernel stack.
class Session {
public:
    Session() {
        screen = Screen();
        editor().begin();
    }
    std::string_view type(std::string_view keys) {
        std::string_view result;
        for (char c : keys) {
            if (const auto line = editor().feed(c)) result = *line;
        }
        return result;
    }

private:
    static LineEditor& editor() {
        static constinit LineEditor instance("> ", show, offer_colours);
        return instance;
    }
};

} // namespace

LACUNA_TEST("shell.editor", "returns what was typed, however the line ends") {
    Session session;
    CHECK(session.type("hello\r") == "hello");
    CHECK(session.type("\nworld\n") == "world");
    CHECK(session.type("again\r\n") == "again");
}

LACUNA_TEST("shell.editor", "inserts and erases in the middle") {
    Session session;
    session.type("heo\x1b[Dll");
    CHECK(screen.text() == "> hello");
    session.type("\x01X\x05Y");
    CHECK(screen.text() == "> XhelloY");
    session.type("\x7f\x1b[H\x1b[3~");
    CHECK(screen.text() == "> hello");
    CHECK(session.type("\r") == "hello");
}

LACUNA_TEST("shell.editor", "kills words, ends and beginnings") {
    Session session;
    session.type("one two  three\x17");
    CHECK(screen.text() == "> one two");
    session.type("\x17zwei\x01\x06\x06\x06\x0b");
    CHECK(screen.text() == "> one");
    session.type("\x15");
    CHECK(screen.text() == ">");
    CHECK(session.type("\r") == "");
}

LACUNA_TEST("shell.editor", "walks the history") {
    Session session;
    session.type("first\rsecond\rsecond\r");
    session.type("\x1b[A");
    CHECK(screen.text() == "> second");
    session.type("\x1b[A");
    CHECK(screen.text().ends_with("first"));
    session.type("\x1b[B\x1b[B");
    CHECK(session.type("\x1b[A\x1b[A!\r") == "first!");
}

LACUNA_TEST("shell.editor", "gives a line up") {
    Session session;
    session.type("wrong\x03");
    CHECK(screen.text() == ">");
    CHECK(session.type("right\r") == "right");
}

LACUNA_TEST("shell.editor", "completes as far as it is sure") {
    Session session;
    session.type("r\t");
    CHECK(screen.text() == "> red");
    session.type("g\t");
    CHECK(screen.text() == "> red gre");
    session.type("\t");
    CHECK(screen.text() == "> red gre");
    CHECK(session.type("y\t!\r") == "red grey !");
    session.type("zzz\t");
    CHECK(session.type("\r") == "zzz");
}

LACUNA_TEST("shell.editor", "survives any input") {
    Session session;
    std::uint32_t state = 12345;
    for (unsigned i = 0; i < 4000; ++i) {
        state = state * 1664525 + 1013904223;
        constexpr std::string_view keys = "ab \x1b[ABCDHF3~\t\x01\x05\x0b\x15\x17\x08\x7f\x10\x0e\xff;";
        const char key = keys[(state >> 16) % keys.size()];
        session.type({&key, 1});
        // A terminal row of the test's size: start over before the line outgrows it.
        if (i % 40 == 39) session.type("\x03");
    }
    session.type("\x1b\x1b\x03");
    CHECK(session.type("\x15ok\r") == "ok");
}
