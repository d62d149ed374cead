# SPDX-License-Identifier: MIT
"""Runs mutants against the tests that reach them, the cheapest first, until one notices."""

import dataclasses
import enum
import queue
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Iterator

from lacuna_tool import units
from lacuna_tool.console import say
from lacuna_tool.mutate import coverage, run, store
from lacuna_tool.mutate.image import Image
from lacuna_tool.mutate.limits import Limits, OutOfTime
from lacuna_tool.mutate.mutant import STRICT, Class, Mutant
from lacuna_tool.mutate.run import Outcome, Run, Verdict

# A boot before its first test, with QEMU's start.
BOOT_SECONDS = 0.3
COMPILER_SECONDS = 1.0
# Of the host's tests, those that come first.
SHORT_SECONDS = 0.05
# In the kernel, tests that take longer come last.
QUICK_SECONDS = 1.0
# Tests that take longer are run in the plain boot only.
LONG_SECONDS = 2.5
# A stale translation shows only where the direct map has small pages (docs/testing.md).
_SMALL_PAGES = "directmap.leaf=4K"
_STALE = frozenset({Class.FLUSH, Class.ORDER, Class.BARRIER})


@dataclass(frozen=True)
class Task:
    """A mutant under its number in the programs."""

    number: int
    mutant: Mutant
    worlds: frozenset[str]  # whose program has it


class Completeness(enum.StrEnum):
    """Whether a mutant that lived has met all tests that reach it."""

    ALL = "all"
    PARTIAL = "partial"  # there would have been more, with more time


@dataclass(frozen=True)
class Result:
    """What came of a mutant after so many `runs`; none if no test reaches it."""

    outcome: Outcome
    runs: int = 0
    completeness: Completeness = Completeness.ALL


@dataclass
class Programs:
    """What has the mutants: absent if no file with mutants is part of it. `complaint` is what the compiler says of a mutant,
    by number and file."""

    host: Path | None = None
    kernel: Path | None = None
    complaint: Callable[[int, str], str] = lambda _number, _path: ""


@dataclass
class _Slots:
    """The host's processors: a machine with several has them to itself."""

    total: int
    used: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, wanted: int) -> int:
        wanted = min(wanted, self.total)
        with self.changed:
            self.changed.wait_for(lambda: self.used + wanted <= self.total)
            self.used += wanted
        return wanted

    def give(self, taken: int) -> None:
        with self.changed:
            self.used -= taken
            self.changed.notify_all()


class Campaign:
    """Runs tasks on `jobs` threads."""

    def __init__(self, programs: Programs, limits: Limits, jobs: int):
        self._programs = programs
        self._limits = limits
        self._jobs = jobs
        self._slots = _Slots(jobs)
        self._variants = units.variants()
        self._plain = units.Variant("", "", ())
        self._reached: dict[str, coverage.Reached] = {}
        self._finding_out = threading.Lock()
        # By variant: how often it noticed what everything before it had let pass.
        self._noticed_in: Counter[str] = Counter()
        # What has lived through plain runs, and has not been looked at further if the time is over.
        self.lived: list[Task] = []

    # --- what reaches a mutant ---

    def reached_on_host(self) -> coverage.Reached:
        with self._finding_out:
            if "host" not in self._reached:
                self._reached["host"] = coverage.on_host(self._programs.host, self._limits)
            return self._reached["host"]

    def reached_in(self, variant: units.Variant) -> coverage.Reached:
        with self._finding_out:
            if (name := f"boot@{variant.name}") not in self._reached:
                taken = self._slots.take(variant.cpus)
                try:
                    self._reached[name] = coverage.in_kernel(self._programs.kernel, variant, self._too_long(variant),
                                                             self._limits)
                finally:
                    self._slots.give(taken)
            return self._reached[name]

    def _too_long(self, variant: units.Variant) -> frozenset[str]:
        """Of a boot with other options: what takes long in the plain one."""
        plain = self._reached.get("boot@")
        if variant.name == "" or plain is None:
            return frozenset()
        return frozenset(case for case, seconds in plain.seconds.items() if seconds > LONG_SECONDS)

    def _boots(self, task: Task, variant: units.Variant) -> tuple[list[Run], list[Run]]:
        """Runs in one kind of boot: those to begin with, and those that take long."""
        reached = self.reached_in(variant)
        named = reached.by(task.number)
        everywhere = task.number in reached.always
        quick = [case for case in named if reached.seconds[case] <= QUICK_SECONDS]
        rows = [quick]
        if everywhere:
            rows.append([case for case in reached.cases if case not in named and reached.seconds[case] <= QUICK_SECONDS])
        slow = [case for case in (reached.cases if everywhere else named) if reached.seconds[case] > QUICK_SECONDS]

        def boot(cases: list[str]) -> Run:
            seconds = BOOT_SECONDS + sum(reached.seconds[case] for case in cases)
            return Run("kernel", tuple(cases), seconds, variant.name, variant.append, variant.cpus)

        return [boot(row) for row in rows if row], [boot([case]) for case in slow]

    def _order(self, task: Task) -> list[units.Variant]:
        """The variants, those first in which most is noticed that lives elsewhere."""
        def rank(variant: units.Variant) -> tuple[int, int]:
            known = f"boot@{variant.name}" in self._reached
            return -self._noticed_in[variant.name], variant.cpus * 2 - known

        order = sorted(self._variants, key=rank)
        if task.mutant.mutant_class in _STALE:
            order.sort(key=lambda variant: variant.name != _SMALL_PAGES)
        return order

    def _plain_runs(self, task: Task) -> Iterator[Run]:
        """On the host, then in a boot without options."""
        if self._programs.host and "host" in task.worlds:
            reached = self.reached_on_host()
            named = reached.by(task.number)
            # What hangs is noticed the sooner, the less else is run with it.
            rows = ([case for case in named if reached.seconds[case] <= SHORT_SECONDS],
                    [case for case in named if reached.seconds[case] > SHORT_SECONDS])
            for cases in filter(None, rows):
                yield Run("host", tuple(cases), sum(reached.seconds[case] for case in cases))
        if self._programs.kernel and "kernel" in task.worlds:
            yield from self._boots(task, self._plain)[0]
        if task.mutant.while_compiling:
            yield Run("compiler", (), COMPILER_SECONDS)

    def _further_runs(self, task: Task) -> Iterator[Run]:
        """With other options, then what takes long. What a variant reaches is found out when its turn comes."""
        if not self._programs.kernel or "kernel" not in task.worlds:
            return
        last = self._boots(task, self._plain)[1]
        for variant in self._order(task):
            begin, rest = self._boots(task, variant)
            yield from begin
            last += rest
        # Of the long ones the same tests under other options add little.
        yield from sorted(last, key=lambda one: (one.variant != "", one.seconds * one.cpus))

    # --- running ---

    def _judge(self, task: Task, runs: Iterator[Run], before: Result, image: Image | None) -> Result | None:
        """What comes of a mutant that has lived through `before`; None if the time is over before that is known."""
        spent, count = before.outcome.seconds, before.runs
        try:
            for one in runs:
                if count > 0 and spent + one.seconds * one.cpus > self._limits.seconds:
                    return Result(Outcome(Verdict.LIVED, seconds=spent), count, Completeness.PARTIAL)
                self._limits.check()
                outcome = self._confirmed(one, task, image)
                count += one.world != "compiler"
                spent += one.seconds * one.cpus
                if outcome.verdict.noticed:
                    self._noticed_in[one.variant] += one.variant != ""
                    return Result(outcome, count)
        except OutOfTime:
            return None
        return Result(Outcome(Verdict.LIVED, seconds=spent), count)

    def _confirmed(self, one: Run, task: Task, image: Image | None) -> Outcome:
        """A run's outcome. What may be due to the host's load has to come twice: a failure in a boot, first with the test
        alone."""
        if one.world == "compiler":
            return self._ask_compiler(task)
        outcome = self._execute(one, task.number, image)
        if outcome.doubtful:
            return self._execute(one, task.number, image)
        if not outcome.verdict.noticed or outcome.hung or one.world == "host":
            return outcome
        if outcome.case and one.cases != (outcome.case,):
            alone = self._execute(dataclasses.replace(one, cases=(outcome.case,)), task.number, image)
            if alone.verdict.noticed:
                return outcome
        return self._execute(one, task.number, image)

    def _ask_compiler(self, task: Task) -> Outcome:
        said = self._programs.complaint(task.number, task.mutant.path)
        return Outcome(Verdict.COMPILER, "the compiler", said) if said else Outcome(Verdict.LIVED)

    def _execute(self, one: Run, number: int, image: Image | None) -> Outcome:
        taken = self._slots.take(one.cpus)
        try:
            if one.world == "host":
                return run.on_host(self._programs.host, one, number)
            return run.in_kernel(image, one, number)
        finally:
            self._slots.give(taken)

    def execute(self, tasks: list[Task], on_result: Callable[[Task, Result], None]) -> None:
        """Runs all, and tells of each as it is known, from one thread at a time: first on the host and in plain boots, then
        what lives under other options. An interruption loses what is under way only."""
        lived: list[tuple[Task, Result]] = []

        def sieve(task: Task, result: Result) -> None:
            if result.outcome.verdict.noticed:
                on_result(task, result)
            else:
                lived.append((task, result))
                self.lived.append(task)

        nothing = Result(Outcome(Verdict.LIVED))
        self._rounds([(task, nothing) for task in tasks], self._plain_runs, sieve)
        if lived and not self._limits.over:
            say(f"{len(tasks) - len(lived)} of {len(tasks)} mutants are noticed in plain runs; now other options")
        # Of what must not live it is most urgent to know.
        lived.sort(key=lambda one: one[0].mutant.mutant_class not in STRICT)
        self._rounds(lived, self._further_runs, on_result)

    def _rounds(self, tasks: list[tuple[Task, Result]], runs: Callable[[Task], Iterator[Run]],
                on_result: Callable[[Task, Result], None]) -> None:
        waiting: queue.SimpleQueue[tuple[Task, Result]] = queue.SimpleQueue()
        for task in tasks:
            waiting.put(task)
        done: queue.SimpleQueue[tuple[Task, Result | None] | BaseException] = queue.SimpleQueue()
        stop = threading.Event()
        for number in range(self._jobs):
            threading.Thread(target=self._work, args=(waiting, runs, done, stop, number), daemon=True).start()
        try:
            for _ in tasks:
                item = done.get()
                if isinstance(item, BaseException):
                    raise item
                if item[1] is not None:
                    on_result(item[0], item[1])
        finally:
            stop.set()

    def _work(self, waiting: queue.SimpleQueue, runs: Callable[[Task], Iterator[Run]], done: queue.SimpleQueue,
              stop: threading.Event, number: int) -> None:
        try:
            image = None
            if self._programs.kernel:
                image = Image(self._programs.kernel, store.folder("kernel") / f"worker-{number}.elf")
            while not stop.is_set():
                try:
                    task, before = waiting.get_nowait()
                except queue.Empty:
                    return
                done.put((task, self._judge(task, runs(task), before, image)))
        except BaseException as error:  # for the main thread to report
            done.put(error)
