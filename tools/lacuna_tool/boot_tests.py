# SPDX-License-Identifier: MIT
"""Tests in the booted kernel: one boot for each suite, reported in KTAP."""

import tempfile
from dataclasses import replace
from pathlib import Path

from lacuna_tool import command_line, ktap, paths, units
from lacuna_tool.console import tail
from lacuna_tool.errors import Exit
from lacuna_tool.guest import Guest, Outcome
from lacuna_tool.machine import Machine
from lacuna_tool.qmp import Qmp, QmpError
from lacuna_tool.results import Case, Status
from lacuna_tool.units import Unit, World

SUITE_SECONDS = 300


def _registers(socket: Path) -> str:
    try:
        with Qmp(socket, timeout=5) as qmp:
            return qmp.monitor("info registers -a")
    except (OSError, QmpError) as error:
        return f"(no registers: {error})"


def execute(pattern: str, append: str = "", cpus: int = 1) -> Outcome:
    """Boots the kernel to run the tests that `pattern` selects. QEMU's own crash is no answer (7.2 has one, rarely, with
    several processors): there is a second boot, and the outcome's remark says so."""
    first = _boot(pattern, append, cpus)
    if not first.emulator_died:
        return first
    second = _boot(pattern, append, cpus)
    return replace(second, remark=f"{first.remark}, and was started again. {second.remark}".rstrip())


def _boot(pattern: str, append: str, cpus: int) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="lacuna-") as name:
        socket = Path(name) / "qmp"
        options = command_line.compose(append, f"test={command_line.quoted(pattern)}")
        with Guest(Machine(kernel=paths.kernel_elf(), command_line=options, cpus=cpus, qmp=socket)) as guest:
            return guest.finish(SUITE_SECONDS, lambda: _registers(socket))


def pattern_of(suite: str, cases: tuple[str, ...]) -> str:
    """Selects these cases in the kernel, where commas separate patterns."""
    return ",".join(f"{suite}: {case}".replace(",", "?") for case in cases)


def _pattern(unit: Unit, suite: str) -> str:
    whole = next((one for one in units.discover((World.BOOT,)) if one.id == unit.id), unit)
    if unit.cases == whole.cases:
        return f"{suite}: *"
    return pattern_of(suite, unit.cases)


def run(unit: Unit) -> list[Case]:
    """Runs a suite in the kernel. Cases that never reported have failed."""
    suite, _, variant = unit.suite.partition("@")
    booted = next((one for one in units.variants() if one.name == variant), units.Variant("", "", ()))
    outcome = execute(_pattern(unit, suite), booted.append, booted.cpus)
    reported = {case.name: case for case in ktap.parse(outcome.text)[0]}
    why = f"{outcome.verdict.name}: {outcome.remark}\n{tail(outcome.text, 60)}"
    # Of a run that came to its end, a remark is about the machine; else it says how far this came, and is in `why`.
    oddity = outcome.remark if outcome.verdict in (Exit.SUCCESS, Exit.FAILURE) else ""
    cases = []
    for case in unit.cases:
        name = f"{unit.suite}: {case}"
        if found := reported.get(f"{suite}: {case}"):
            cases.append(Case(name, found.status, found.detail or oddity))
        else:
            cases.append(Case(name, Status.FAILED, why))
            why = "did not run"
    return cases
