# SPDX-License-Identifier: MIT
"""The test command's part: what the last change touches, within two minutes."""

import os
import time

from lacuna_tool import build, packages
from lacuna_tool.errors import UserError
from lacuna_tool.mutate import quick, scope
from lacuna_tool.mutate.judging import judge
from lacuna_tool.mutate.mutant import Mutant
from lacuna_tool.mutate.report import GOAL, Report, how_it_lived
from lacuna_tool.mutate.verb import SECONDS, find
from lacuna_tool.results import Case, Status


def run(name: str) -> Case:
    """The outcome of the case `name`. It passes if nine in ten of the mutants that were run are noticed, and all of flush,
    zeroing and ownership. What there was no time for is no reason to fail."""
    files = scope.changed(None)
    if files is None:
        return Case(name, Status.SKIPPED, "git does not say what the last change is")
    if not files:
        return Case(name, Status.SKIPPED, "the last change touches nothing that has mutants")
    for preset in ("kernel", "host"):
        build.build(preset, packages.TEST)
    started = time.monotonic()
    jobs = min(2, os.cpu_count() or 1)
    found = find(files, jobs)
    wanted = [mutant for mutants in found.values() for mutant in mutants]
    if not wanted:
        return Case(name, Status.SKIPPED, f"no mutants in {', '.join(files)}")
    try:
        report = judge(quick.wish(found, wanted, jobs, SECONDS, _seed(wanted), started))
    except UserError as error:
        return Case(name, Status.FAILED, f"{error}\n{error.detail}")
    return judged(name, report)


def _seed(wanted: list[Mutant]) -> int:
    """The same as long as the mutants are: a second run adds to what the first has found."""
    return int(min(mutant.key for mutant in wanted)[:8], 16)


def judged(name: str, report: Report) -> Case:
    """The outcome for what is known of the mutants. A hang is not held against the tests, nor does it speak for them: under
    load it may be none."""
    hung = sum(result.outcome.hung for _, result in report.results)
    score = report.score
    open_ones = len(report.so_far) + len(report.not_run)
    summary = (f"{score.total} mutants run, {score.lived} lived"
               + (f", {open_ones} not looked at to the end: tools/lacuna mutate --changed" if open_ones else ""))
    share = (score.total - score.lived - hung) / (score.total - hung) if score.total > hung else 1.0
    if share >= GOAL and not report.strict():
        return Case(name, Status.PASSED, summary if open_ones else "")
    why = ("one of flush, zeroing or ownership lived" if report.strict() else f"the score is {share:.1%}, below {GOAL:.0%}")
    return Case(name, Status.FAILED, "\n".join([f"{summary}: {why}", *(f"{mutant}{how_it_lived(result)}"
                                                                       for mutant, result in report.lived())]))
