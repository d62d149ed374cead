# SPDX-License-Identifier: MIT
"""`mutate`: small faults made by machine, each of which some test should notice."""

import argparse
import os
import random
import re
import time
from pathlib import Path

from lacuna_tool import build, packages, paths
from lacuna_tool.console import say
from lacuna_tool.errors import Exit, usage_error
from lacuna_tool.mutate import analysis, python_finder, quick, scope
from lacuna_tool.mutate.judging import WORLDS, Wish, judge
from lacuna_tool.mutate.limits import Limits
from lacuna_tool.mutate.mutant import Mutant
from lacuna_tool.mutate.worlds import World

SECONDS = 20.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("places", nargs="*", metavar="PATH",
                        help=f"files or folders, or PATH:LINE for the mutants of one line (default: {', '.join(scope.WHOLE)})")
    parser.add_argument("--changed", nargs="?", const="", metavar="BASE",
                        help="only files that differ from a revision of git (default: the one before the last)")
    parser.add_argument("--only", metavar="TEXT", help="only mutants whose line of the list contains TEXT")
    parser.add_argument("--list", action="store_true", help="list the mutants and run none")
    parser.add_argument("--quick", action="store_true", help="a sample, within two minutes")
    parser.add_argument("--seed", type=int, metavar="N", help="of the sample (default: another one each time)")
    parser.add_argument("--again", action="store_true", help="run what is known from earlier runs as well")
    parser.add_argument("--seconds", type=float, default=SECONDS, metavar="S",
                        help="tests for one mutant, in seconds without it (default %(default)g)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all results there")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), metavar="N",
                        help="runs at once (default %(default)s)")


def _place(text: str) -> tuple[str, int | None]:
    """PATH or PATH:LINE."""
    match = re.fullmatch(r"(.+):(\d+)", text)
    return (match[1], int(match[2])) if match and not Path(text).exists() else (text, None)


def _files(options: argparse.Namespace) -> list[str]:
    """The files that the options name."""
    if options.changed is None:
        return scope.named([path for path, _ in map(_place, options.places)])
    if options.places:
        raise usage_error("--changed chooses the files itself: name no PATH with it")
    files = scope.changed(options.changed)
    if files is None:
        raise usage_error("git does not say what has changed; name a revision, --changed BASE")
    return files


def _wanted(options: argparse.Namespace, found: dict[str, list[Mutant]]) -> list[Mutant]:
    """The mutants that the options name."""
    lines: dict[str, set[int]] = {}
    for place, line in map(_place, options.places):
        if line is not None:
            lines.setdefault(scope.named([place])[0], set()).add(line)
    wanted = [mutant for mutants in found.values() for mutant in mutants
              if mutant.path not in lines or mutant.line in lines[mutant.path]]
    if options.only is not None:
        wanted = [mutant for mutant in wanted if options.only in str(mutant)]
    if not wanted:
        raise usage_error("no mutant there; `tools/lacuna mutate PATH --list` shows what there is")
    return wanted


def find(files: list[str], jobs: int) -> dict[str, list[Mutant]]:
    """The mutants of files in either language."""
    found = analysis.mutants_of([World(name) for name in WORLDS], [path for path in files if not path.endswith(".py")], jobs)
    return found | {path: python_finder.find(paths.ROOT / path, path) for path in files if path.endswith(".py")}


def run(options: argparse.Namespace) -> int:
    """The verb."""
    if options.jobs < 1 or options.seconds <= 0:
        raise usage_error("--jobs and --seconds take positive numbers")
    if options.seed is not None and not options.quick:
        raise usage_error("--seed is for the sample of --quick")
    files = _files(options)
    if not files:
        say("no file that has mutants has changed")
        return Exit.SUCCESS
    for preset in ("kernel", "host"):
        build.build(preset, packages.TEST)
    started = time.monotonic()
    found = find(files, options.jobs)
    wanted = _wanted(options, found)
    if options.list:
        for mutant in wanted:
            print(mutant)
        return Exit.SUCCESS
    if options.quick:
        seed = options.seed if options.seed is not None else random.randrange(1_000_000)
        wish = quick.wish(found, wanted, options.jobs, options.seconds, seed, started)
        say(f"a sample with --seed {seed}")
    else:
        wish = Wish(found, wanted, Limits(options.seconds), options.jobs)
    wish.again = options.again
    report = judge(wish)
    report.print()
    if options.quick:
        print(f"a sample of {len(report.results) + len(report.so_far)} of {len(wanted)} mutants, --seed {seed}")
    if options.json:
        report.save(options.json)
    return Exit.SUCCESS if report.good else Exit.FAILURE
