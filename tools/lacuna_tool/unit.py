# SPDX-License-Identifier: MIT
"""Runs one unit: `python3 -m lacuna_tool.unit ID [CASE...]`. This is what CTest calls."""

import sys
from dataclasses import replace

from lacuna_tool import boot_tests, host_tests, results, system, twins, units
from lacuna_tool.errors import Exit
from lacuna_tool.results import Case, Status
from lacuna_tool.units import Unit, World


def run(unit: Unit) -> list[Case]:
    """Runs the unit's cases."""
    if unit.world is World.HOST:
        return host_tests.run(unit)
    if unit.world is World.BOOT:
        return boot_tests.run(unit)
    if unit.world is World.TWIN:
        return twins.run(next(twin for twin in units.twins() if f"twin.{twin.name}" == unit.suite))
    return system.run(unit.suite, set(unit.cases))


def main(arguments: list[str]) -> int:
    """Runs the unit with the given id, or only the given cases of it."""
    unit_id, names = arguments[0], tuple(arguments[1:])
    whole = next(unit for unit in units.discover(units.worlds_of(unit_id)) if unit.id == unit_id)
    unit = replace(whole, cases=names or whole.cases)
    cases = run(unit)
    results.save(unit_id, cases)
    for case in cases:
        print(f"{case.status}: {case.name}" + (f"\n{case.detail}" if case.detail else ""))
    return Exit.FAILURE if any(case.status is Status.FAILED for case in cases) else Exit.SUCCESS


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
