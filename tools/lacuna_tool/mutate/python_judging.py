# SPDX-License-Identifier: MIT
"""Mutants of the audit from outside, which is Python: each in a copy of the package, against the system tests that use it,
with machines recorded once."""

import functools
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from lacuna_tool import paths, system
from lacuna_tool.console import say
from lacuna_tool.errors import UserError
from lacuna_tool.mutate import python_finder, store
from lacuna_tool.mutate.campaign import Result
from lacuna_tool.mutate.limits import Limits, OutOfTime
from lacuna_tool.mutate.mutant import Mutant
from lacuna_tool.mutate.python_finder import Block
from lacuna_tool.mutate.run import GRACE, SLOWER, Outcome, Verdict

FOLDER = "tools/lacuna_tool/dump"
_PACKAGE = "lacuna_tool.dump"
# Tests of a machine in motion need the machine: no record has all that it could do.
_IN_MOTION = "random"
_NEAR = 400  # bytes of source around a mutant, in which a seldom run block speaks for a test
_SECONDS = 900


@dataclass(frozen=True)
class Reached:
    """What each test runs: numbers of blocks; and the seconds that it takes."""

    cases: dict[str, frozenset[int]]
    seconds: dict[str, float]
    blocks: dict[str, list[Block]]  # by file, in the order of their numbers
    first: dict[str, int]

    def by(self, mutant: Mutant) -> list[str]:
        """The tests that reach a mutant, those first that are most likely to be about it: few others run what they run near
        it."""
        blocks, first = self.blocks[mutant.path], self.first[mutant.path]
        own = python_finder.block_of(blocks, mutant)
        if own is None:
            return []
        near = [first + number for number, block in enumerate(blocks)
                if block.end > mutant.start - _NEAR and block.start < mutant.end + _NEAR]
        users = {number: sum(number in seen for seen in self.cases.values()) for number in near}

        def rank(case: str) -> tuple[int, float]:
            return min((users[number] for number in near if number in self.cases[case]), default=0), self.seconds[case]

        return sorted((case for case, seen in self.cases.items() if first + own in seen), key=rank)


@functools.cache
def tests() -> tuple[str, ...]:
    """The system tests that use the audit, and need no more than a recorded machine."""
    found = []
    for suite, cases in system.suites().items():
        text = (paths.SYSTEM_TESTS / f"{suite.removeprefix('system.')}.py").read_text()
        if _PACKAGE in text and not (f"import {_IN_MOTION}" in text) and suite != "system.mutate":
            found += [f"{suite}: {case.name}" for case in cases]
    return tuple(found)


def _files() -> list[str]:
    return sorted(f"{FOLDER}/{path.name}" for path in (paths.ROOT / FOLDER).glob("*.py"))


def _package(place: Path, replaced: dict[str, str]) -> Path:
    """A copy of the tool's package at `place`, of links but for what is replaced; returns what to search for modules."""
    shutil.rmtree(place, ignore_errors=True)
    package = place / "lacuna_tool"
    dump = package / "dump"
    dump.mkdir(parents=True)
    for source in (paths.ROOT / "tools" / "lacuna_tool").iterdir():
        if source.name not in ("dump", "__pycache__"):
            (package / source.name).symlink_to(source)
    for name in _files():
        target = dump / Path(name).name
        if name in replaced:
            target.write_text(replaced[name])
        else:
            target.symlink_to(paths.ROOT / name)
    return place


def _start(mode: str, package: Path, records: Path, names: list[str], seconds: float) -> tuple[list[dict], str, bool]:
    """Runs tests; returns what each came to, what was said on the error stream, and whether they hung."""
    environment = dict(os.environ, PYTHONPATH=str(package), PYTHONDONTWRITEBYTECODE="1")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))

    process = subprocess.run([sys.executable, "-P", "-m", "lacuna_tool.mutate.python_run", mode, str(records)],
                             input="\n".join(names), env=environment, capture_output=True, text=True, errors="replace",
                             preexec_fn=limit)
    outcomes = [json.loads(line) for line in process.stdout.splitlines() if line.startswith("{")]
    return outcomes, process.stderr, process.returncode in (-24, -9)


class PythonCampaign:
    """Runs mutants of Python sources."""

    def __init__(self, limits: Limits, jobs: int):
        self._limits = limits
        self._jobs = jobs
        self._reached: Reached | None = None
        self._records = store.folder("python") / "records"

    def _key(self) -> str:
        files = [*_files(), *sorted(str(path.relative_to(paths.ROOT)) for path in paths.SYSTEM_TESTS.glob("*.py")),
                 "tools/lacuna_tool/mutate/recording.py", "tools/lacuna_tool/mutate/python_finder.py"]
        parts = [store.file_digest(paths.ROOT / file) for file in files] + [store.file_digest(paths.kernel_elf())]
        return hashlib.sha256("".join(parts).encode()).hexdigest()

    def reached(self) -> Reached:
        """Records the machines, and sees what each test runs, unless that is known."""
        kept = store.folder("python") / "reached.json"
        known = json.loads(kept.read_text()) if kept.exists() else {}
        blocks, first, texts, count = {}, {}, {}, 0
        for name in _files():
            texts[name], blocks[name] = python_finder.watched((paths.ROOT / name).read_text(), count)
            first[name], count = count, count + len(blocks[name])
        if known.get("key") != self._key():
            if self._limits.deadline is not None:
                raise OutOfTime  # it takes minutes
            say("recording the machines of the tests that use the audit from outside")
            plain = _package(store.folder("python") / "plain", {})
            passed = self._passed(_start("record", plain, self._records, list(tests()), _SECONDS), list(tests()))
            names = [one["name"] for one in passed]
            watched = _package(store.folder("python") / "watched", texts)
            outcomes = self._passed(_start("reach", watched, self._records, names, _SECONDS), names)
            known = {"key": self._key(), "outcomes": outcomes}
            store.write(kept, json.dumps(known))
        return Reached({one["name"]: frozenset(one["blocks"]) for one in known["outcomes"]},
                       {one["name"]: one["seconds"] for one in known["outcomes"]}, blocks, first)

    def _passed(self, ran: tuple[list[dict], str, bool], names: list[str]) -> list[dict]:
        """Those of the tests that pass without a mutant: the others say nothing of one."""
        outcomes, errors, hung = ran
        passed = [one for one in outcomes if one["status"] == "passed"]
        if not passed or hung or len(outcomes) < len(names):
            raise UserError("the system tests that use the audit from outside do not run without a mutant:",
                            errors[-2000:] or "; ".join(one["detail"] for one in outcomes)[:2000])
        for one in outcomes:
            if one["status"] in ("check", "crash"):
                say(f"left out, since it fails without a mutant: {one['name']}")
        return passed

    def execute(self, mutants: list[Mutant], on_result: Callable[[Mutant, Result], None]) -> None:
        """Runs all, and tells of each as it is known."""
        try:
            self._reached = self.reached()
        except OutOfTime:
            say("the machines of the tests that use the audit from outside have to be recorded first: tools/lacuna mutate "
                f"{FOLDER}")
            return
        with ThreadPoolExecutor(self._jobs) as pool:
            for mutant, result in zip(mutants, pool.map(self._judge, mutants)):
                if result is not None:
                    on_result(mutant, result)

    def _judge(self, mutant: Mutant) -> Result | None:
        if self._limits.over:
            return None
        names = self._reached.by(mutant)
        if not names:
            return Result(Outcome(Verdict.LIVED))
        text = python_finder.changed((paths.ROOT / mutant.path).read_text(), mutant)
        package = _package(store.folder("python") / f"mutant-{mutant.key}", {mutant.path: text})
        expected = sum(self._reached.seconds[name] for name in names)
        try:
            outcomes, errors, hung = _start("test", package, self._records, names, GRACE + SLOWER * expected)
        finally:
            shutil.rmtree(package)
        seconds = sum(one["seconds"] for one in outcomes)
        last = outcomes[-1] if outcomes else {"name": names[0], "status": "crash", "detail": errors[-200:]}
        if hung:
            by = names[len(outcomes)] if len(outcomes) < len(names) else names[-1]
            return Result(Outcome(Verdict.HANG, by, "computes without end", seconds), 1)
        if last["status"] in ("check", "crash"):
            return Result(Outcome(Verdict(last["status"]), last["name"], last["detail"][:200], seconds), 1)
        if len(outcomes) < len(names):
            return Result(Outcome(Verdict.CRASH, names[len(outcomes)], errors[-200:], seconds), 1)
        return Result(Outcome(Verdict.LIVED, seconds=seconds), 1)
