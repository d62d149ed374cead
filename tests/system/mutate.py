# SPDX-License-Identifier: MIT
"""`tools/lacuna mutate`: what it finds in a source, that what it writes is what it says, and that nothing is forgotten."""

import dataclasses
import subprocess
import tempfile
from pathlib import Path
from unittest import mock

from lacuna_tool import paths
from lacuna_tool.errors import Exit, UserError
from lacuna_tool.mutate import analysis, compiling, equivalents, kept, libclang, patterns, rewrite, run, scope, store, verb
from lacuna_tool.mutate.campaign import Completeness, Result
from lacuna_tool.mutate.functions import find
from lacuna_tool.mutate.mutant import Class, Form, Mutant
from lacuna_tool.mutate.report import Report
from lacuna_tool.mutate.run import Outcome, Run, Verdict
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


ENTRIES = """# why not
sample.cpp: branches: a < b -> a <= b
    Nobody can tell, because
    of this.
other.cpp: f: x -> y #2
    Another.
"""


@case("a file of equivalents is read, and a wrong one is refused with its line")
def explains() -> None:
    entries = equivalents.read(ENTRIES, "mm/tlb", "mm/tlb/mutants.equivalent")
    check([(entry.path, entry.title, entry.reason) for entry in entries] ==
          [("mm/tlb/sample.cpp", "branches: a < b -> a <= b", "Nobody can tell, because of this."),
           ("mm/tlb/other.cpp", "f: x -> y #2", "Another.")], f"read {entries}")
    for text, line in (("sample.cpp: f: x -> y\n", 1), ("# a\n    why\n", 2), ("no title\n    why\n", 1)):
        try:
            equivalents.read(text, "", "file")
            check(False, f"took {text!r}")
        except UserError as error:
            check(str(error).startswith(f"file:{line}:"), f"{text!r}: {error}")


def _mutant(title: str = "x", mutant_class: Class = Class.OTHER, path: str = "mm/sample.cpp") -> Mutant:
    return Mutant(path, 3, "f", title, "left out", mutant_class, Form.STATEMENT, 0, 1)


@case("an entry must explain a mutant that exists, and one only")
def matches() -> None:
    mutant = _mutant()
    entry = equivalents.Entry(mutant.path, mutant.title, "why", "file:1")
    check(equivalents.explained({mutant.path: [mutant]}, [entry]) == {mutant.key: entry}, "does not explain its mutant")
    for wrong in ([dataclasses.replace(entry, title="f: z -> left out")], [entry, entry]):
        try:
            equivalents.explained({mutant.path: [mutant]}, wrong)
            check(False, f"took {wrong}")
        except UserError as error:
            check(str(error).startswith("file:1:"), str(error))


@case("what is known is kept as long as it holds")
def keeps() -> None:
    noticed = Result(Outcome(Verdict.CHECK, "host mm.tlb: x", "1 == 2"), 1)
    lived = Result(Outcome(Verdict.LIVED), 3, Completeness.PARTIAL)
    with tempfile.TemporaryDirectory(prefix="lacuna-") as name, mock.patch.object(paths, "ROOT", Path(name)):
        source = Path(name) / "mm" / "sample.cpp"
        source.parent.mkdir()
        source.write_text("one")
        kept.sources_digest.cache_clear()
        results = kept.Results()
        results.keep(_mutant("a"), noticed, 20)
        results.keep(_mutant("b"), lived, 20)
        with open(store.folder() / "results.jsonl", "a") as file:
            file.write('{"key": "a run that was kil')
        again = kept.Results()
        check(again.find(_mutant("a"), 99) == noticed, "forgets what was noticed")
        check(again.find(_mutant("b"), 20) == lived and again.find(_mutant("b"), 40) is None,
              "what lived is not run again with more time, or too often")
        check(again.find(_mutant("c"), 20) is None, "knows what was never run")
        kept.sources_digest.cache_clear()
        (source.parent / "a_test.cpp").write_text("a new test")
        check(again.find(_mutant("b"), 20) is None and again.find(_mutant("a"), 20) == noticed,
              "a new test is no reason to look at what lived, or one to look at what was noticed")
        source.write_text("another")
        check(again.find(_mutant("a"), 20) is None, "the file has changed, its results have not")
    kept.sources_digest.cache_clear()


@case("the score says how a mutant was noticed, and one of flush, zeroing or ownership may not live")
def scores() -> None:
    def result(verdict: Verdict) -> Result:
        return Result(Outcome(verdict), 1)
    report = Report(results=[(_mutant(str(number)), result(Verdict.CHECK)) for number in range(18)])
    report.results += [(_mutant("a"), result(Verdict.HANG)), (_mutant("b"), result(Verdict.LIVED))]
    check((report.score.checked, report.score.stopped, report.score.lived) == (18, 1, 1), f"counts {report.score}")
    check(report.good, "19 of 20 are not enough")
    report.results.append((_mutant("c", Class.FLUSH), result(Verdict.LIVED)))
    check(not report.good, "a flush may live")
    report.results[-1] = (_mutant("c"), result(Verdict.LIVED))
    check(report.good, "19 of 21 are not enough")
    report.results.append((_mutant("d"), result(Verdict.LIVED)))
    check(not report.good, "19 of 22 are enough")


BOOT = Run("kernel", ("mm.tlb: a", "mm.tlb: b"), 0.1)
KTAP = "KTAP version 1\n1..2\n"


@case("a boot's end is read for what noticed")
def reads_boots() -> None:
    failed = run._judge_failed(BOOT, KTAP + "# a.cpp:3: does not hold: x == 1\n#   2 == 1\nnot ok 1 mm.tlb: a\n", 1)
    check(failed.verdict is Verdict.CHECK and failed.by == "boot mm.tlb: a" and "x == 1" in failed.because, str(failed))
    failed = run._judge_failed(BOOT, KTAP + "# reached test 1 ns 3,\n# audit: 1 violations\nnot ok 1 mm.tlb: a\n", 1)
    check(failed.verdict is Verdict.AUDIT, str(failed))
    ended = [("ok 1 mm.tlb: a\nok 2 mm.tlb: b\n", Exit.SUCCESS, "", Verdict.LIVED),
             ("ok 1 mm.tlb: a\npanic: a bug\n  cpu 0, task\n  at a.cpp:1 in f\n", Exit.PANIC, "", Verdict.ASSERTION),
             ("panic: page fault\n  cpu 0, task\n  rax 0\n", Exit.PANIC, "", Verdict.CRASH),
             ("ok 1 mm.tlb: a\n", Exit.PANIC, "", Verdict.CRASH), ("", Exit.TIMED_OUT, "long", Verdict.HANG),
             ("ok 1 mm.tlb: a\n", Exit.SUCCESS, "", Verdict.CRASH)]
    for text, status, hung, verdict in ended:
        outcome = run._judge_ended(BOOT, KTAP + text, status, hung, False, "", 1)
        check(outcome.verdict is verdict, f"{text!r} is {outcome}, expected {verdict}")


@case("the host's report is read for what noticed")
def reads_host() -> None:
    host = Run("host", ("mm.tlb: a",), 0.1)
    good = '<TestCase name="mm.tlb: a"><OverallResult success="true"/></TestCase>'
    bad = ('<TestCase name="mm.tlb: a"><Expression success="false"><Original>x</Original><Expanded>1</Expanded>'
           '</Expression><OverallResult success="false"/></TestCase>')
    for report, errors, status, hung, verdict in (
            (good, "", 0, "", Verdict.LIVED), (bad, "", 1, "", Verdict.CHECK), ("", "panic: a bug (a.cpp:1)\n", -6, "", Verdict.ASSERTION),
            ("", "==1==ERROR: AddressSanitizer: heap-use-after-free on", 1, "", Verdict.SANITIZER),
            ("", "==1==ERROR: AddressSanitizer: SEGV on unknown address", 1, "", Verdict.CRASH),
            (good, "==1==ERROR: LeakSanitizer: detected memory leaks", 1, "", Verdict.SANITIZER),
            ("", "", -11, "", Verdict.CRASH), ("", "", -24, "long", Verdict.HANG)):
        outcome = run._judge_host(host, f"<Catch>{report}</Catch>", errors, hung, 1, status)
        check(outcome.verdict is verdict, f"{report!r} {errors!r} is {outcome}, expected {verdict}")


@case("a file keeps its place among the numbers")
def places() -> None:
    with tempfile.TemporaryDirectory(prefix="lacuna-") as name, mock.patch.object(paths, "ROOT", Path(name)):
        for file in ("a.cpp", "b.cpp"):
            (Path(name) / file).write_text("// SPDX\n")
        first = analysis.numbered({"b.cpp": [_mutant(path="b.cpp")]})
        second = analysis.numbered({"a.cpp": [_mutant(path="a.cpp")], "b.cpp": [_mutant(path="b.cpp")]})
        check(first[0].mutants.keys() == second[1].mutants.keys(), "b.cpp has moved")
        check(first[0].mutants.keys().isdisjoint(second[0].mutants), "two files have one number")


@case("only code that tests look at is mutated, and wrong wishes get one line")
def chooses() -> None:
    files = scope.named([])
    for there in ("mm/domain/domain.cpp", "net/wire/descriptor_ring.hpp", "kernel/smp/shootdown.cpp"):
        check(there in files, f"{there} is left out")
    check(not [file for file in files if "test" in Path(file).name or "/testing/" in file], "tests have mutants")
    for wrong in (["mm/nothing"], ["docs"], ["/usr"], ["mm/testing"]):
        try:
            scope.named(wrong)
            check(False, f"took {wrong}")
        except UserError as error:
            check(error.code == Exit.USAGE and "\n" not in str(error), str(error))
    check(verb._place("mm/a.cpp:12") == ("mm/a.cpp", 12) and verb._place("mm/a.cpp") == ("mm/a.cpp", None), "PATH:LINE")


@case("tests are selected by as much of their names as tells them apart")
def selects() -> None:
    everything = {"mm.tlb": ("a page", "a packet, sent", "b"), "mm.slab": ("x", "y")}
    check(patterns.select(("mm.tlb: a page", "mm.slab: x", "mm.slab: y"), everything) == "mm.tlb: a pag*,mm.slab: *",
          patterns.select(("mm.tlb: a page", "mm.slab: x", "mm.slab: y"), everything))
    check(patterns.select(("mm.tlb: a packet, sent",), everything) == "mm.tlb: a pac*", "up to the difference")
    check(patterns.select(("mm.tlb: a page", "mm.tlb: b", "mm.slab: x"), everything, room=24) == "mm.tlb: *,mm.slab: x",
          "where there is no room, whole suites")
