# SPDX-License-Identifier: MIT
"""Negative twins: a test passes for a reason only if it fails when what it tests is broken."""

from lacuna_tool import boot_tests, command_line, host_tests, ktap, units
from lacuna_tool.console import tail
from lacuna_tool.errors import Exit
from lacuna_tool.results import Case, Status
from lacuna_tool.units import Twin, World


def _on_host(test: str, mutant: str) -> tuple[Status, str]:
    found, errors = host_tests.execute((test,), mutant)
    # An abort is a way to notice: the sanitizers and ensure() end the process.
    return (found[test].status if test in found else Status.FAILED), tail(errors)


def _booted(test: str, append: str, cpus: int, panic: str) -> tuple[Status, str]:
    suite, _, case = test.partition(": ")
    outcome = boot_tests.execute(boot_tests.pattern_of(suite, (case,)), append, cpus)
    cases, _ = ktap.parse(outcome.text)
    status = next((case.status for case in cases if case.name == test), Status.SKIPPED)
    if outcome.verdict == Exit.PANIC:
        # Only the panic that the table expects is a check that bit: not one at a loss or at a hang.
        status = Status.FAILED if panic and panic in outcome.text else Status.SKIPPED
    return status, f"{outcome.verdict.name} {outcome.remark}\n{tail(outcome.text)}"


def _sound(twin: Twin, test: str) -> tuple[Status, str]:
    """What becomes of `test` without the fault, under the twin's own options."""
    if twin.world is World.HOST or not (twin.append or twin.cpus > 1):
        return Status.PASSED, ""  # the suite itself has run so
    return _booted(test, twin.append, twin.cpus, "")


def _broken(twin: Twin, test: str) -> tuple[Status, str]:
    """What becomes of `test` with the fault."""
    if twin.world is World.HOST:
        return _on_host(test, twin.mutant)
    return _booted(test, command_line.compose(f"mutant={twin.mutant}", twin.append), twin.cpus,
                   twin.panic)


def _unknown(twin: Twin) -> list[str]:
    known = {f"{unit.suite}: {case}" for unit in units.discover((twin.world,)) for case in unit.cases}
    return [test for test in twin.must_fail if test not in known]


def run(twin: Twin) -> list[Case]:
    """Passes if every test that the table names fails, alone in its boot: by its own check, by the audit after it,
    or by the panic that the table names."""
    name = f"twin.{twin.name}: is noticed"
    if unknown := _unknown(twin):
        return [Case(name, Status.FAILED, f"no such test: {'; '.join(unknown)}")]
    for test in twin.must_fail:
        status, remark = _sound(twin, test)
        if status is not Status.PASSED:
            return [Case(name, Status.FAILED, f"with {twin.append} and no fault this does not pass: {test}\n{remark}")]
        status, remark = _broken(twin, test)
        if status is not Status.FAILED:
            return [Case(name, Status.FAILED, f"with mutant={twin.mutant} this does not fail: {test}\n{remark}")]
    return [Case(name, Status.PASSED)]
