# SPDX-License-Identifier: MIT
"""`tools/lacuna mutate`: verdicts, scores, what is kept and what is explained; no mutant is run here."""

import contextlib
import dataclasses
import subprocess
import tempfile
from pathlib import Path
from unittest import mock

from lacuna_tool import paths
from lacuna_tool.dump import elf
from lacuna_tool.errors import Exit, UserError
from lacuna_tool.mutate import analysis, changed, compiling, equivalents, kept, patterns, recording, run, scope, store, verb
from lacuna_tool.mutate.campaign import Campaign, Completeness, Programs, Result, Task
from lacuna_tool.mutate.limits import Limits
from lacuna_tool.mutate.mutant import Class, Form, Mutant
from lacuna_tool.mutate.report import Report
from lacuna_tool.mutate.run import Outcome, Run, Verdict
from lacuna_tool.results import Status
from lacuna_tool.system import case, check

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


@case("the kernel has the functions to which the linker's --wrap leads")
def wraps() -> None:
    flags = [flag for flag in compiling.LINK_FLAGS["kernel"] if "--wrap=" in flag]
    symbols = elf.symbols(paths.kernel_elf())
    check(len(flags) == 2 and all(flag.partition("--wrap=")[2] in symbols for flag in flags), f"not in the kernel: {flags}")


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


# --- runs --------------------------------------------------------------------------------------------


class _Scripted(Campaign):
    """A campaign whose runs come to what is written."""

    def __init__(self, outcomes: list[Verdict], seconds: float = 100, deadline: float | None = None):
        super().__init__(Programs(), Limits(seconds, deadline), jobs=1)
        self.outcomes = outcomes
        self.done = 0

    def _execute(self, one: Run, number: int, image: object) -> Outcome:
        self.done += 1
        verdict = self.outcomes[self.done - 1]
        return Outcome(verdict, because=run.WAITS if verdict is Verdict.HANG else "", case=one.cases[0])

    def result(self, *runs: Run) -> Result | None:
        return self._judge(Task(1, _mutant(), frozenset()), iter(runs), Result(Outcome(Verdict.LIVED)), None)


@case("a mutant's runs end with the first that notices, or with the time")
def judges() -> None:
    one = Run("host", ("a",), 1)
    campaign = _Scripted([Verdict.LIVED, Verdict.CHECK])
    check(campaign.result(one, one, one).outcome.verdict is Verdict.CHECK and campaign.done == 2, "goes on, or stops early")
    result = _Scripted([Verdict.LIVED] * 3, seconds=2.5).result(one, one, one)
    check(result.runs == 2 and result.completeness is Completeness.PARTIAL, f"{result} in 2.5 s of runs of 1 s")
    result = _Scripted([Verdict.LIVED] * 3).result(one, one)
    check(result.runs == 2 and result.completeness is Completeness.ALL, f"{result} with all runs")
    check(_Scripted([Verdict.LIVED] * 3, deadline=0).result(one) is None, "goes on when the time is over")
    for first, again, verdict in ((Verdict.HANG, Verdict.LIVED, Verdict.LIVED), (Verdict.HANG, Verdict.HANG, Verdict.HANG)):
        check(_Scripted([first, again]).result(one).outcome.verdict is verdict, f"{first}, then {again}")
    for verdicts, noticed in (([Verdict.CHECK, Verdict.CHECK], True), ([Verdict.CHECK, Verdict.LIVED, Verdict.CHECK], True),
                              ([Verdict.CHECK, Verdict.LIVED, Verdict.LIVED], False)):
        check(_Scripted(verdicts).result(BOOT).outcome.verdict.noticed == noticed, f"a boot, alone, again: {verdicts}")


@case("the test command fails for a flush that lives and for a low score, and not for what it had no time for")
def judges_changes() -> None:
    def report(*verdicts: Verdict, mutant_class: Class = Class.OTHER) -> Report:
        return Report(results=[(_mutant(str(number), mutant_class), Result(Outcome(verdict), 1))
                               for number, verdict in enumerate(verdicts)])

    for given, status in ((report(Verdict.CHECK), Status.PASSED), (report(Verdict.LIVED), Status.FAILED),
                          (report(*[Verdict.CHECK] * 19, Verdict.LIVED), Status.PASSED),
                          (report(*[Verdict.CHECK] * 19, Verdict.LIVED, mutant_class=Class.ZEROING), Status.FAILED),
                          # A hang neither helps nor harms.
                          (report(Verdict.HANG, Verdict.HANG), Status.PASSED),
                          (report(*[Verdict.CHECK] * 8, *[Verdict.HANG] * 2, Verdict.LIVED), Status.FAILED),
                          (Report(not_run=[_mutant()]), Status.PASSED)):
        outcome = changed.judged("x", given)
        check(outcome.status is status, f"{given} is {outcome}")
    check("1 not looked at" in changed.judged("x", Report(not_run=[_mutant()])).detail, "does not say what it left out")


@case("git says which files a change touches")
def changes() -> None:
    with tempfile.TemporaryDirectory(prefix="lacuna-") as name, mock.patch.object(paths, "ROOT", Path(name)):
        check(scope.changed(None) is None, "knows of changes without a repository")

        def commit(path: str) -> None:
            file = Path(name) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("// SPDX\n")
            for words in (["add", "."], ["-c", "user.name=a", "-c", "user.email=a", "commit", "-qm", "x"]):
                subprocess.run(["git", "-C", name, *words], check=True, capture_output=True)

        subprocess.run(["git", "-C", name, "init", "-q"], check=True)
        commit("mm/a.cpp")
        check(scope.changed(None) is None, "there is no commit before the only one")
        commit("mm/b.cpp")
        (Path(name) / "mm" / "new.hpp").write_text("// SPDX\n")
        (Path(name) / "mm" / "c_test.cpp").write_text("// SPDX\n")
        check(scope.changed(None) == ["mm/b.cpp", "mm/new.hpp"], f"changed: {scope.changed(None)}")


class _FakeMachine:
    """What a console offers, as far as it matters here."""

    def __init__(self):
        self.qmp = self
        self.text = "booted"
        self._commands = 0

    def run(self, command: str) -> str:
        self._commands += 1
        return f"{command} {self._commands}"

    def execute(self, command: str, filename: str) -> dict:
        Path(filename).write_text(f"memory after {self._commands}")
        return {"done": command}


@case("a recorded machine answers as it did, to the question that was asked at that point")
def records() -> None:
    @contextlib.contextmanager
    def console(append: str, cpus: int = 1):
        yield _FakeMachine()

    def session(open_console, folder: str, commands: list[str]) -> list[object]:
        dump = str(Path(folder) / "memory")
        with open_console("granularity=page", cpus=2) as machine:
            answers: list[object] = [machine.text]
            for command in commands:
                answers += [machine.run(command), machine.qmp.execute("pmemsave", filename=dump), Path(dump).read_text()]
        return answers

    with tempfile.TemporaryDirectory(prefix="lacuna-") as one, tempfile.TemporaryDirectory(prefix="lacuna-") as two:
        records_folder = Path(one) / "records"
        recorder = recording.recorder(records_folder, console)
        first = session(recorder, one, ["a", "b"])
        other = session(recorder, one, ["b", "a"])
        player = recording.player(records_folder)
        check(session(player, two, ["a", "b"]) == first and session(player, two, ["b", "a"]) == other,
              "answers differently")
        check(session(player, two, ["a", "b", "b"])[-1] == first[-1], "does not repeat its last answer")
        try:
            session(player, two, ["c"])
            check(False, "answers what it was never asked")
        except recording.NotRecorded:
            pass
