// SPDX-License-Identifier: MIT
#include "kernel/shell/line_parser.hpp"

#include <array>

#include "kernel/test/test.hpp"

using namespace kernel;
using Kind = LineParser::Kind;

namespace {
std::array<char, 256> storage;
std::array<std::string_view, 8> room;
} // namespace

LACUNA_TEST("shell.parser", "separates commands and words") {
    LineParser parser("ns add red;; ip\taddr \n ; ps", storage);
    auto parsed = parser.next(room);
    REQUIRE(parsed.kind == Kind::Command);
    REQUIRE(parsed.words.size() == 3);
    CHECK(parsed.words[0] == "ns");
    CHECK(parsed.words[2] == "red");
    parsed = parser.next(room);
    REQUIRE(parsed.words.size() == 2);
    CHECK(parsed.words[1] == "addr");
    parsed = parser.next(room);
    REQUIRE(parsed.words.size() == 1);
    CHECK(parsed.words[0] == "ps");
    CHECK(parser.next(room).kind == Kind::End);
    CHECK(parser.next(room).kind == Kind::End);
}

LACUNA_TEST("shell.parser", "quotes and backslashes make characters ordinary") {
    LineParser parser(R"(a 'b; "c"' "d \" e" f\ g '' x"y"'z' 'k\l')", storage);
    const auto parsed = parser.next(room);
    REQUIRE(parsed.words.size() == 7);
    CHECK(parsed.words[1] == "b; \"c\"");
    CHECK(parsed.words[2] == "d \" e");
    CHECK(parsed.words[3] == "f g");
    CHECK(parsed.words[4] == "");
    CHECK(parsed.words[5] == "xyz");
    CHECK(parsed.words[6] == "k\\l");
}

LACUNA_TEST("shell.parser", "comments end with the line") {
    LineParser parser("# nothing; here\nps # it; is\nuptime a#b", storage);
    CHECK(parser.next(room).words[0] == "ps");
    const auto parsed = parser.next(room);
    REQUIRE(parsed.words.size() == 2);
    CHECK(parsed.words[1] == "a#b");
    CHECK(parser.next(room).kind == Kind::End);
}

LACUNA_TEST("shell.parser", "says when a line cannot be taken apart") {
    LineParser open("echo 'abc", storage);
    CHECK(open.next(room).kind == Kind::UnfinishedQuote);

    LineParser many("1 2 3 4 5 6 7 8 9", storage);
    CHECK(many.next(room).kind == Kind::TooLong);

    std::array<char, 4> small;
    LineParser long_word("abcdef", small);
    CHECK(long_word.next(room).kind == Kind::TooLong);

    LineParser empty("", storage);
    CHECK(empty.next(room).kind == Kind::End);
}
