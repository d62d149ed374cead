# SPDX-License-Identifier: MIT
"""Negative twins: a test passes for a reason only if it fails when what it tests is broken."""

from lacuna_tool import boot_tests, command_line, host_tests, ktap, units
from lacuna_tool.console import tail
from lacuna_tool.errors import Exit
from lacuna_tool.results import Case, Status
from lacuna_tool.units import Twin, World


def _outcome(twin: Twin, test: str) -> tuple[Status, str]:
    """What became of `test` in the broken build, alone: an abort or a panic is a way to notice."""
    if twin.world is World.HOST:
        found, errors = host_tests.execute((test,), twin.mutant)
        return (found[test].status if test in found else Status.FAILED), tail(errors)
    append = command_line.compose(f"mutant={twin.mutant}", twin.append)
    outcome = boot_tests.execute(test, append)
    cases, _ = ktap.parse(outcome.text)
    status = next((case.status for case in cases if case.name == test), Status.SKIPPED)
    remark = f"{outcome.verdict.name} {outcome.remark}\n{tail(outcome.text)}"
    return (Status.FAILED if outcome.verdict == Exit.PANIC else status), remark


def _unknown(twin: Twin) -> list[str]:
    known = {f"{unit.suite}: {case}" for unit in units.discover((twin.world,)) for case in unit.cases}
    return [test for test in twin.must_fail if test not in known]


def run(twin: Twin) -> list[Case]:
    """Passes if every test that the table names fails: by its own check, by the audit after it, or by a panic."""
    name = f"twin.{twin.name}: is noticed"
    if unknown := _unknown(twin):
        return [Case(name, Status.FAILED, f"no such test: {'; '.join(unknown)}")]
    for test in twin.must_fail:
        status, remark = _outcome(twin, test)
        if status is not Status.FAILED:
            return [Case(name, Status.FAILED, f"with mutant={twin.mutant} this does not fail: {test}\n{remark}")]
    return [Case(name, Status.PASSED)]
