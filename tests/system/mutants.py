# SPDX-License-Identifier: MIT
"""What `tools/lacuna mutate` finds in a source, and that what it writes is what it says."""

import contextlib
import io
import subprocess
import tempfile
from pathlib import Path
from unittest import mock

from lacuna_tool import paths
from lacuna_tool.mutate import compiling, libclang, python_finder, rewrite
from lacuna_tool.mutate.functions import find
from lacuna_tool.mutate.mutant import Mutant
from lacuna_tool.mutate.source import Source
from lacuna_tool.mutate.worlds import RUNTIME, Command
from lacuna_tool.system import case, check

# Each function is called by main() below, so that the change of any mutant is seen in what the program prints.
SAMPLE = """// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

namespace sample {

inline std::string said;
void say(const char* what) { said += what; }
void ensure(bool holds, const char*) { if (!holds) std::abort(); }
void count(int) {}

enum class Zero { No, Yes };
struct Guard { Guard() { say("("); } ~Guard() { say(")"); } };
struct Locked {
    template <class F> auto with(F&& fn) { say("<"); auto result = fn(value); say(">"); return result; }
    int& unlocked() { return value; }
    int value = 5;
};
struct Frame { int owner = 1; int flags = 0; };

void flush_page(int page) { said += std::to_string(page); }
void zero_page(Zero zero) { say(zero == Zero::Yes ? "zeroed" : "kept"); }
std::optional<int> maybe(bool there) { return there ? std::optional(3) : std::nullopt; }

void statements(Frame& frame) {
    flush_page(frame.owner);
    frame.owner = 7;
    frame.flags |= 4;
    ensure(frame.owner == 7 || true, "an assertion is no place");
    count(3);
}
bool branches(int a, int b, bool c) {
    if (a < b && c) {
        say("x");
        return true;
    }
    return a == 3;
}
int loops(int n) {
    int sum = 0;
    for (int i = 1; i < n; ++i) sum += i;
    for (const int i : {4, 5}) { sum += i; }
    return sum;
}
void guards() {
    const Guard outer;
    Guard inner{};
    say("g");
}
int calls(Locked& locked) { return std::min(locked.with([](int& value) { return value + 1; }), 9); }
void enumerators() { return zero_page(Zero::Yes); }
int declared(bool there) {
    if (const auto found = maybe(there)) return *found;
    return 0;
}
int exchanged(int& place) { return std::exchange(place, 8); }
consteval int folded() { return 1 + 1; }
constexpr int at_both_times(int n) { return n > 2 ? n : 2; }
static_assert(at_both_times(1) == 2 && folded() == 2);
template <class T> bool generic(T a, T b) { return a <= b; }

} // namespace sample
"""

MAIN = """
int main() {
    using namespace sample;
    Frame frame;
    statements(frame);
    std::printf("%s %d %d\\n", said.c_str(), frame.owner, frame.flags);
    frame.flags = 1;
    statements(frame);
    std::printf("%d\\n", frame.flags);
    for (const int a : {1, 2, 3}) for (const int b : {2, 3, 9}) for (const bool c : {false, true})
        std::printf("%d%s ", branches(a, b, c), said.c_str());
    std::printf("%d %d %d\\n", loops(1), loops(3), loops(4));
    guards();
    Locked locked;
    const int first = calls(locked);
    locked.value = 12;
    std::printf("%d %d\\n", first, calls(locked));
    enumerators();
    zero_page(Zero::No);
    int place = 6;
    const int before = exchanged(place);
    std::printf("%d %d %d %d %s\\n", declared(true), declared(false), before, place, said.c_str());
    for (const int n : {0, 2, 3, 7}) std::printf("%d ", at_both_times(n));
    std::printf("%d%d%d\\n", generic(1, 2), generic(2, 2), generic(3, 2));
}
"""

EXPECTED = {
    "statements: flush_page(frame.owner) -> left out (flush)",
    "statements: frame.owner = 7 -> left out (ownership)",
    "statements: flush_page(frame.owner); -> after frame.owner = 7; (order)",
    "statements: frame.flags |= 4 -> left out (flag)",
    "branches: a < b -> a <= b (bound)",
    "branches: a < b && c -> c (comparison)",
    "branches: a < b && c -> a < b (comparison)",
    "branches: a < b && c -> false (comparison)",
    'branches: say("x") -> left out (clean-up)',
    "branches: true -> false (flag)",
    "branches: a == 3 -> true (comparison)",
    "loops: for (int i = 1; i < n; ++i) -> one round (bound)",
    "loops: i < n -> i <= n (bound)",
    "loops: for (const int i : {4, 5}) -> one round (bound)",
    "guards: const Guard outer; -> left out (lock)",
    "guards: Guard inner{}; -> left out (lock)",
    "calls: locked.with([](int& value) { return value + 1; }) -> without the lock (lock)",
    "calls: value + 1 -> value (bound)",
    "calls: std::min(locked.with([](int& value) { return value + 1; }), 9) -> 9 (bound)",
    "enumerators: zero_page(Zero::Yes) -> left out (zeroing)",
    "enumerators: Zero::Yes -> Zero::No (zeroing)",
    "declared: const auto found = maybe(there) -> false (comparison)",
    "exchanged: std::exchange(place, 8) -> place, without the store (other)",
    "at_both_times: n > 2 -> n >= 2 (bound)",
    "at_both_times: n > 2 -> true (comparison)",
    "generic: a <= b -> a < b (bound)",
}
# What cannot be seen from outside: 2 is 2.
EQUIVALENT = {"at_both_times: n > 2 -> n >= 2"}


def _found(text: str) -> tuple[Source, list[Mutant]]:
    with tempfile.TemporaryDirectory(prefix="lacuna-") as name:
        path = Path(name) / "sample.cpp"
        path.write_text(text)
        source = Source(path)
        unit = libclang.TranslationUnit(path, ["-std=c++23", "-stdlib=libc++"], path.parent)
        check(not unit.errors(), f"the sample does not compile: {unit.errors()}")
        file = next(node.file for node in unit.root.children if libclang.file_name(node) == str(path))
        return source, find(unit.root, source, "sample.cpp", file)


def _titles(mutants: list[Mutant]) -> set[str]:
    return {f"{mutant.title} ({mutant.mutant_class})" for mutant in mutants}


@case("finds what there is to break, and its class")
def finds() -> None:
    source, mutants = _found(SAMPLE)
    titles = _titles(mutants)
    check(EXPECTED <= titles, f"not found: {sorted(EXPECTED - titles)}; found: {sorted(titles)}")
    for never in (": ensure(", ": count(", "folded: ", "static_assert"):
        check(not any(never in title for title in titles), f"{never} has a mutant")
    for mutant in mutants:
        check(source.line(mutant.start) == mutant.line, f"{mutant} stands in line {source.line(mutant.start)}")
    check(len({mutant.key for mutant in mutants}) == len(mutants), "two mutants have one key")


@case("a mutant does what it says when its number is chosen, and nothing else")
def behaves() -> None:
    source, mutants = _found(SAMPLE + MAIN)
    inside = {number: mutant for number, mutant in enumerate(mutants) if mutant.function not in ("main", "ensure")}
    rewritten = rewrite.rewrite(source.text, inside)
    check(rewritten.text.count("\n") == source.text.count("\n"), "lines have moved")
    with tempfile.TemporaryDirectory(prefix="lacuna-") as name:
        folder = Path(name)
        (folder / "sample.cpp").write_text(rewritten.text)
        (folder / "runtime.cpp").write_text('#include "lacuna_mutate.hpp"\n#include <cstdlib>\nnamespace lacuna_mutate {\n'
                                            "unsigned active = static_cast<unsigned>(std::atoi(std::getenv(\"N\")));\n"
                                            "unsigned char reached[files * per_file];\n}\n")
        subprocess.run(["clang++-19", "-std=c++23", "-stdlib=libc++", "-O0", "-w", "-fuse-ld=lld", f"-I{RUNTIME}",
                        "sample.cpp", "runtime.cpp", "-o", "sample"], cwd=folder, check=True)

        def printed(number: int) -> str:
            try:
                return subprocess.run([folder / "sample"], env={"N": str(number)}, capture_output=True, text=True,
                                      timeout=20).stdout
            except subprocess.TimeoutExpired:
                return "a hang"

        usual = printed(len(mutants) + 1)
        check(usual.startswith("1 7 4\n"), f"without a mutant the sample prints {usual}")
        same = {mutant.title for number, mutant in inside.items() if printed(number) == usual}
        check(same == EQUIVALENT, f"these change nothing: {sorted(same - EQUIVALENT)}; these should not: "
                                  f"{sorted(EQUIVALENT - same)}")


@case("what does not compile is taken out, and only that")
def drops() -> None:
    text = SAMPLE.replace("} // namespace sample", "struct Odd { Odd(int) {} operator int() const { return 4; } };\n"
                          "struct Only { bool operator<(Only) const { return true; } };\n"
                          "bool only(Only a, Only b) { return a < b; }\n} // namespace sample")
    source, mutants = _found(text)
    numbered = dict(enumerate(mutants))
    bad = {number for number, mutant in numbered.items() if mutant.title == "only: a < b -> a <= b"}
    check(len(bad) == 1, "the sample has no mutant that does not compile")
    with tempfile.TemporaryDirectory(prefix="lacuna-") as name, mock.patch.object(paths, "ROOT", Path(name)):
        folder = Path(name)
        (folder / "sample.cpp").write_text(text)
        world = mock.Mock(tree=folder, headers={"sample.o": ("sample.cpp",)})
        world.name = "host"
        builder = compiling.Builder(world, [compiling.Mutated("sample.cpp", source, numbered)])
        command = Command(folder / "sample.cpp", "sample.o", ("clang++-19", "-std=c++23", "-stdlib=libc++"))
        builder._compile(command, folder / "out.o")
        check((folder / "out.o").exists(), "no object")
        check(builder.dropped == bad, f"taken out: {[str(numbered[number]) for number in builder.dropped]}")
        world.users = lambda _path: [command]
        complaints = {mutant.title for number, mutant in numbered.items() if mutant.while_compiling
                      and builder.complaint(number, "sample.cpp")}
        check(complaints == {"at_both_times: n > 2 -> true", "at_both_times: 2 -> 3"}, f"a static_assert notices {complaints}")


# --- Python ------------------------------------------------------------------------------------------

PYTHON_SAMPLE = '''
TABLE = {1: 2}


class Counter:
    def __init__(self, start):
        self.value = start + 1
        self.known = set()

    def add(self, number, loud=False):
        """Says so."""
        if number < 3 and not loud:
            self.known.add(number)
            return True
        self.value += number
        return number in self.known


def total(numbers):
    result = 0
    for number in numbers:
        if number == 2:
            continue
        result = result + number
    while result > 9:
        result -= 5
    return result if all(number > 0 for number in numbers) else [one for one in numbers if one >= 0]


def show():
    counter = Counter(4)
    for numbers in ([], [1], [1, 2, 3], [9, 8], [-1, 0, 4], [0, 4], [4, 5], [10]):
        print(total(numbers), end=" ")
    for arguments in ((1,), (2, True), (3,), (1, True), (2,), (5,)):
        print(counter.add(*arguments), counter.value, sorted(counter.known), end=" ")


show()
'''

PYTHON_EXPECTED = {
    "Counter.__init__: start + 1 -> start (bound)",
    "Counter.add: number < 3 and not loud -> without not loud (comparison)",
    "Counter.add: number < 3 -> number <= 3 (bound)",
    "Counter.add: self.known.add(number) -> left out (other)",
    "Counter.add: number in self.known -> True (comparison)",
    "total: for number in numbers: -> one round (bound)",
    "total: continue -> left out (comparison)",
    "total: result -= 5 -> left out (other)",
    "total: all -> any (comparison)",
    "total: one >= 0 -> one > 0 (bound)",
}


def _printed(text: str) -> str:
    output = io.StringIO()
    try:
        with contextlib.redirect_stdout(output):
            exec(compile(text, "sample", "exec"), {})
    except Exception as error:
        return f"{output.getvalue()} {error!r}"
    return output.getvalue()


@case("in Python, too, a mutant is what it says")
def finds_in_python() -> None:
    with tempfile.TemporaryDirectory(prefix="lacuna-") as name:
        path = Path(name) / "sample.py"
        path.write_text(PYTHON_SAMPLE)
        mutants = python_finder.find(path, "sample.py")
    titles = _titles(mutants)
    check(PYTHON_EXPECTED <= titles, f"not found: {sorted(PYTHON_EXPECTED - titles)}; found: {sorted(titles)}")
    usual = _printed(PYTHON_SAMPLE)
    # Without its step a loop would not end.
    endless = "total: result -= 5 -> left out"
    same = {mutant.title for mutant in mutants if mutant.function != "show" and mutant.title != endless
            and _printed(python_finder.changed(PYTHON_SAMPLE, mutant)) == usual}
    check(not same, f"these change nothing: {sorted(same)}")
    text, blocks = python_finder.watched(PYTHON_SAMPLE, 7)
    check(f"{python_finder.SEEN}[7] = 1" in text and len(blocks) >= 8, "its blocks do not say that they are run")
    inner = next(mutant for mutant in mutants if mutant.title == "total: continue -> left out")
    block = blocks[python_finder.block_of(blocks, inner)]
    check(PYTHON_SAMPLE[block.start:block.end] == "continue", f"its block is {PYTHON_SAMPLE[block.start:block.end]!r}")
