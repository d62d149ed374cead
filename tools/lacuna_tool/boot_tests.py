# SPDX-License-Identifier: MIT
"""Tests in the booted kernel: one boot for each suite, reported in KTAP."""

import tempfile
from pathlib import Path

from lacuna_tool import command_line, ktap, paths, units
from lacuna_tool.console import tail
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


def execute(pattern: str, append: str = "") -> Outcome:
    """Boots the kernel to run the tests that `pattern` selects."""
    with tempfile.TemporaryDirectory(prefix="lacuna-") as name:
        socket = Path(name) / "qmp"
        options = command_line.compose(append, f"test={command_line.quoted(pattern)}")
        with Guest(Machine(kernel=paths.kernel_elf(), command_line=options, qmp=socket)) as guest:
            return guest.finish(SUITE_SECONDS, lambda: _registers(socket))


def _pattern(unit: Unit) -> str:
    whole = next((one for one in units.discover((World.BOOT,)) if one.id == unit.id), unit)
    if unit.cases == whole.cases:
        return f"{unit.suite}: *"
    return ",".join(f"{unit.suite}: {case}" for case in unit.cases)


def run(unit: Unit) -> list[Case]:
    """Runs a suite in the kernel. Cases that never reported have failed."""
    outcome = execute(_pattern(unit))
    cases, _ = ktap.parse(outcome.text)
    reported = {case.name for case in cases}
    wanted = [f"{unit.suite}: {case}" for case in unit.cases]
    cases = [case for case in cases if case.name in wanted]
    missing = [name for name in wanted if name not in reported]
    why = f"{outcome.verdict.name}: {outcome.remark}\n{tail(outcome.text, 60)}"
    for position, name in enumerate(missing):
        cases.append(Case(name, Status.FAILED, why if position == 0 else "did not run"))
    return cases
