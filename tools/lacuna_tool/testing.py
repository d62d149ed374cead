# SPDX-License-Identifier: MIT
"""`test`: everything, or what a glob names."""

import argparse
import os
import textwrap
import time
from dataclasses import replace

from lacuna_tool import build, ctest, packages, results, units
from lacuna_tool.console import shortened
from lacuna_tool.errors import Exit, usage_error
from lacuna_tool.results import Case, Status
from lacuna_tool.units import Unit, World


# What a unit needs to be built besides the kernel and the host's tests.
PRESETS = {"system.measured": "bench"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("glob", nargs="?", default="*", metavar="GLOB",
                        help="which tests: a suite ('mm.*', 'host.mm.buddy', 'twin.*') or a case ('mm.buddy: split*')")
    parser.add_argument("--list", action="store_true", help="list them and run none")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), metavar="N",
                        help="units at once (default %(default)s)")


class Tally:
    """Counts cases and prints each unit's outcome as it comes in."""

    def __init__(self, selected: list[Unit]):
        self._units = {unit.id: unit for unit in selected}
        self._width = max(len(unit.id) for unit in selected)
        self._done = 0
        self.counts = {status: 0 for status in Status}
        self.failures: list[Case] = []

    def finished(self, unit_id: str, seconds: float) -> None:
        """Takes in the result of one unit."""
        unit = self._units.pop(unit_id, None)
        if unit is None:
            return
        self._done += 1
        cases = results.load(unit_id)
        if cases is None:
            cases = [Case(f"{unit.suite}: {name}", Status.FAILED, "its process left no result (see build/tool/ctest.log)")
                     for name in unit.cases]
        for case in cases:
            self.counts[case.status] += 1
        failed = [case for case in cases if case.status is Status.FAILED]
        skipped = [case for case in cases if case.status is Status.SKIPPED]
        total = self._done + len(self._units)
        print(f"[{self._done:{len(str(total))}}/{total}] {'FAILED' if failed else 'ok':6} {unit_id:{self._width}} "
              f"{len(cases):3} cases {seconds:6.1f} s", flush=True)
        for remark in {case.detail for case in cases if case.status is Status.PASSED and case.detail}:
            print(f"    {remark}")
        for case in skipped:
            print(f"    skipped: {case.name}: {case.detail}")
        for case in failed:
            print(f"    failed: {case.name}")
            print("".join(f"        {line}\n" for line in case.detail.splitlines()), end="", flush=True)
        self.failures += failed

    def remaining(self) -> list[str]:
        """Units that CTest never reported."""
        return list(self._units)


def _list(selected: list[Unit]) -> None:
    for unit in selected:
        for case in unit.cases:
            print(f"{unit.id}: {case}")


def run(options: argparse.Namespace) -> int:
    """The verb."""
    if options.jobs < 1:
        raise usage_error("--jobs takes a positive number")
    worlds = units.worlds_of(options.glob)
    if worlds != (World.HOST,):
        build.build("kernel", packages.TEST)
    if World.HOST in worlds:
        build.build("host", packages.TEST)
    everything = units.discover(worlds)
    selected = units.select(everything, options.glob)
    if not selected:
        raise usage_error(f"no test matches '{options.glob}'; `tools/lacuna test --list` shows all")
    if options.list:
        _list(selected)
        return Exit.SUCCESS
    for preset in {PRESETS[unit.id] for unit in selected if unit.id in PRESETS}:
        build.build(preset, packages.TEST)
    for unit in selected:
        results.result_file(unit.id).unlink(missing_ok=True)
    ctest.write_tree([unit if options.glob != "*" else replace(unit, cases=()) for unit in selected])
    tally = Tally(selected)
    started = time.monotonic()
    ctest.run(options.jobs, tally.finished)
    for unit_id in tally.remaining():
        tally.finished(unit_id, 0)
    print(f"\n{len(selected)} units in {time.monotonic() - started:.0f} s")
    for case in tally.failures:
        # Once more what it said, shortened: of a long log often only the end is kept.
        print(f"FAILED {case.name}")
        print(textwrap.indent(shortened(case.detail), "    "))
    counts = tally.counts
    print(f"{counts[Status.PASSED]} passed, {counts[Status.FAILED]} failed, {counts[Status.SKIPPED]} skipped")
    return Exit.FAILURE if tally.failures else Exit.SUCCESS
