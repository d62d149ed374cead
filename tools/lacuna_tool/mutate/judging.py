# SPDX-License-Identifier: MIT
"""From files to a report: what is known, what is explained, programs for the rest, and the runs."""

import random
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from lacuna_tool.console import say
from lacuna_tool.mutate import analysis, equivalents, kept, store
from lacuna_tool.mutate.campaign import Campaign, Programs, Result, Task
from lacuna_tool.mutate.compiling import Builder, Mutated
from lacuna_tool.mutate.limits import Limits, OutOfTime
from lacuna_tool.mutate.mutant import Mutant
from lacuna_tool.mutate.python_judging import PythonCampaign
from lacuna_tool.mutate.report import Report
from lacuna_tool.mutate.worlds import World

WORLDS = ("host", "kernel")
PROGRAM = {"host": "lacuna-tests", "kernel": "lacuna.elf"}


@dataclass
class Wish:
    """What is to be judged, and how thoroughly."""

    found: dict[str, list[Mutant]]  # of every file that may have a part in it
    wanted: list[Mutant]
    limits: Limits
    jobs: int
    again: bool = False
    seed: int = 0
    # The files whose mutants each program gets; None: all of `found`.
    files: dict[str, frozenset[str]] | None = None
    worlds: dict[str, World] = field(default_factory=lambda: {name: World(name) for name in WORLDS})

    def has(self, world: str, path: str) -> bool:
        """Whether the program of a world gets the mutants of a file."""
        return bool(self.worlds[world].users(path)) and (self.files is None or path in self.files[world])


def judge(wish: Wish) -> Report:
    """Runs what is wanted and not known yet."""
    with store.locked():
        return _judge(wish)


def _judge(wish: Wish) -> Report:
    report, results = Report(), kept.Results()
    entries = equivalents.explained(wish.found, equivalents.load({str(Path(path).parent) for path in wish.found}))
    unknown = []
    for mutant in wish.wanted:
        if entry := entries.get(mutant.key):
            report.explained.append((mutant, entry))
        elif not wish.again and (known := results.find(mutant, wish.limits.seconds)):
            report.results.append((mutant, known))
        else:
            unknown.append(mutant)
    if not unknown:
        return report
    tell = _progress(len(unknown))

    def on_result(mutant: Mutant, result: Result) -> None:
        results.keep(mutant, result, wish.limits.seconds)
        report.results.append((mutant, result))
        tell()

    # Neighbours have much in common: in another order what a variant notices is known sooner.
    random.Random(wish.seed).shuffle(unknown)
    in_python = [mutant for mutant in unknown if mutant.path.endswith(".py")]
    try:
        if in_python:
            PythonCampaign(wish.limits, wish.jobs).execute(in_python, on_result)
        if len(in_python) < len(unknown):
            _judge_programs(wish, [mutant for mutant in unknown if not mutant.path.endswith(".py")], report, on_result)
    except OutOfTime:
        say("the time went into compiling")
    except KeyboardInterrupt:
        say("interrupted: what is known is kept")
    done = {mutant.key for mutant, _ in report.results} | {mutant.key for mutant in report.so_far + report.not_compiled}
    report.not_run = [mutant for mutant in unknown if mutant.key not in done]
    return report


def _judge_programs(wish: Wish, unknown: list[Mutant], report: Report,
                    on_result: Callable[[Mutant, Result], None]) -> None:
    programs, tasks = _prepare(wish, unknown, report)
    campaign = Campaign(programs, wish.limits, wish.jobs)
    known: set[str] = set()

    def note(task: Task, result: Result) -> None:
        known.add(task.mutant.key)
        on_result(task.mutant, result)

    try:
        campaign.execute(tasks, note)
    finally:
        report.so_far += [task.mutant for task in campaign.lived if task.mutant.key not in known]


def _prepare(wish: Wish, unknown: list[Mutant], report: Report) -> tuple[Programs, list[Task]]:
    """Programs, and their mutants in the order in which they are run."""
    files = analysis.numbered({path: mutants for path, mutants in wish.found.items() if not path.endswith(".py")})
    programs, dropped, builders = Programs(), {}, []
    for name, world in wish.worlds.items():
        own = [file for file in files if wish.has(name, file.path)]
        if own:
            setattr(programs, name, store.folder(name) / PROGRAM[name])
            builders.append(_build(world, own, wish))
            dropped[name] = builders[-1].dropped
    programs.complaint = lambda number, path: next(filter(None, (builder.complaint(number, path) for builder in builders)), "")
    numbers = {mutant.key: number for file in files for number, mutant in file.mutants.items()}
    tasks = []
    for mutant in unknown:
        number = numbers[mutant.key]
        has = [name for name in WORLDS if wish.has(name, mutant.path)]
        task = Task(number, mutant, frozenset(name for name in has if number not in dropped[name]))
        if task.worlds:
            tasks.append(task)
        elif has:
            report.not_compiled.append(mutant)
    return programs, tasks


def _build(world: World, files: list[Mutated], wish: Wish) -> Builder:
    """Compiles and links."""
    builder = Builder(world, files)
    if missing := builder.missing():
        say(f"building {world.name} with {sum(len(file.mutants) for file in files)} mutants: {missing} objects")
    builder.build(store.folder(world.name) / PROGRAM[world.name], wish.jobs, wish.limits)
    return builder


def _progress(total: int) -> Callable[[], None]:
    done, started = 0, time.monotonic()

    def tell() -> None:
        nonlocal done
        done += 1
        if done % 100 == 0 or done == total:
            say(f"{done} of {total} mutants after {time.monotonic() - started:.0f} s")
    return tell
