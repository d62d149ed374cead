# SPDX-License-Identifier: MIT
"""Which tests reach which mutants: the programs with mutants themselves say so."""

import fnmatch
import json
import os
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable

from lacuna_tool import command_line, units
from lacuna_tool.console import say, tail
from lacuna_tool.errors import Exit, UserError
from lacuna_tool.guest import Guest
from lacuna_tool.machine import Machine
from lacuna_tool.mutate import patterns, store
from lacuna_tool.mutate.image import NOBODY, Image
from lacuna_tool.mutate.limits import Limits
from lacuna_tool.mutate.run import computed

_SECONDS = 900
_LAST_SECONDS = 30  # from the last test to the end
_LINE = re.compile(r"^# reached (boot|test|audit) (\d+) ns ([0-9a-f,-]*)$")
_RESULT = re.compile(r"^(ok|not ok) \d+ (.*?)(?: # (SKIP)\b.*)?$")


@dataclass(frozen=True)
class Reached:
    """What each passing test of a run reaches, and the seconds of computing that it takes; `always` is what every boot and
    every audit reaches."""

    cases: dict[str, frozenset[int]]
    seconds: dict[str, float]
    always: frozenset[int]
    failed: tuple[str, ...] = ()

    def by(self, number: int) -> list[str]:
        """The tests that reach it, the quickest first."""
        return sorted((case for case, numbers in self.cases.items() if number in numbers), key=self.seconds.get)


def _numbers(ranges: str) -> frozenset[int]:
    found: set[int] = set()
    for piece in filter(None, ranges.split(",")):
        first, _, last = piece.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(found)


def _kept(program: Path, name: str) -> Path:
    key = program.with_suffix(".made-of").read_text()
    return store.folder("reached") / f"{key[:16]}-{name}.json"


def _load(kept: Path) -> Reached | None:
    if not kept.exists():
        return None
    known = json.loads(kept.read_text())
    return Reached({case: frozenset(numbers) for case, numbers in known["cases"].items()}, known["seconds"],
                   frozenset(known["always"]), tuple(known["failed"]))


def _save(kept: Path, reached: Reached) -> None:
    store.write(kept, json.dumps({"cases": {case: sorted(numbers) for case, numbers in reached.cases.items()},
                                  "seconds": reached.seconds, "always": sorted(reached.always),
                                  "failed": reached.failed}))


def on_host(program: Path, limits: Limits) -> Reached:
    """Runs all tests of the host."""
    kept = _kept(program, "host")
    if known := _load(kept):
        return known
    say("finding out what the host's tests reach")
    record = store.folder("host") / "reached"
    record.unlink(missing_ok=True)
    environment = dict(os.environ, LACUNA_MUTATE_REACHED=str(record), LACUNA_MUTATE=str(NOBODY))
    try:
        result = subprocess.run([str(program)], env=environment, capture_output=True, text=True, errors="replace",
                                timeout=limits.left(_SECONDS))
    except subprocess.TimeoutExpired:
        limits.check()
        raise UserError("with mutants compiled in, and none of them active, the host's tests do not end") from None
    cases, seconds, failed = {}, {}, []
    for line in record.read_text().splitlines() if record.exists() else ():
        name, status, spent, ranges = line.split("\t")
        if status == "passed":
            cases[name], seconds[name] = _numbers(ranges), float(spent)
        else:
            failed.append(name)
    if not cases or result.returncode != 0 and not failed:
        raise UserError("with mutants compiled in, and none of them active, the host's tests do not come to their end:",
                        tail(result.stdout + result.stderr, 40))
    _tell_of(failed)
    reached = Reached(cases, seconds, frozenset(), tuple(failed))
    _save(kept, reached)
    return reached


def in_kernel(built: Path, variant: units.Variant, left_out: frozenset[str], limits: Limits) -> Reached:
    """Boots once with the options of a variant (the plain boot has none) and runs its suites, but for `left_out`: tests
    that take too long to be of use."""
    kept = _kept(built, variant.name.replace("/", "+") or "boot")
    if known := _load(kept):
        return known
    say(f"finding out what {'the boot ' + variant.name if variant.name else 'the booted tests'} reach")
    image = Image(built, store.folder("kernel") / f"reach-{os.getpid()}.elf")
    image.choose(NOBODY)
    pattern = patterns.select(_selected(variant, left_out), patterns.suites())
    options = command_line.compose(variant.append, "test.timeout=600", f"test={command_line.quoted(pattern)}")
    try:
        with Guest(Machine(kernel=image.path, command_line=options, cpus=variant.cpus)) as guest:
            started = time.monotonic()
            # The guest counts by the clock: which part of it the guest had the processor is seen from here.
            guest.wait_for("\n# pass:", limits.left(_SECONDS))
            limits.check()
            share = computed(guest.pid) / (time.monotonic() - started) / variant.cpus
            outcome = guest.finish(_LAST_SECONDS)
    finally:
        image.path.unlink()
    reached = _read(outcome.text, min(1.0, share))
    if not reached.cases or outcome.verdict not in (Exit.SUCCESS, Exit.FAILURE):
        raise UserError(f"with mutants compiled in, and none of them active, the kernel does not run its tests "
                        f"({variant.append or 'no options'}: {outcome.verdict.name} {outcome.remark}):",
                        tail("\n".join(line[:200] for line in outcome.text.splitlines()), 40))
    _tell_of(reached.failed)
    _save(kept, reached)
    return reached


def _tell_of(failed: Iterable[str]) -> None:
    """A test that fails as it is says nothing of a mutant."""
    for name in failed:
        say(f"left out, since it fails without a mutant: {name}")


def _selected(variant: units.Variant, left_out: frozenset[str]) -> tuple[str, ...]:
    """The tests that a variant runs."""
    names = [f"{suite}: {case}" for suite, cases in patterns.suites().items() for case in cases
             if any(fnmatch.fnmatchcase(suite, glob) for glob in variant.suites or ("*",))]
    return tuple(name for name in names if name not in left_out)


def _read(text: str, share: float) -> Reached:
    """Reads what the guest printed; it had `share` of a processor for each of its own."""
    cases: dict[str, frozenset[int]] = {}
    seconds: dict[str, float] = {}
    failed: list[str] = []
    always: frozenset[int] = frozenset()
    reached, spent = frozenset(), 0.0
    for line in text.splitlines():
        if match := _LINE.match(line):
            if match[1] == "test":
                reached, spent = _numbers(match[3]), int(match[2]) / 1e9 * share
            else:
                always |= _numbers(match[3])
        elif match := _RESULT.match(line):
            if match[1] == "ok" and not match[3]:
                cases[match[2]], seconds[match[2]] = reached, spent
            elif match[1] == "not ok":
                failed.append(match[2])
    return Reached(cases, seconds, always, tuple(failed))
