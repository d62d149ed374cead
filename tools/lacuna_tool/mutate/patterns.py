# SPDX-License-Identifier: MIT
"""Selects tests of the kernel on its command line, which has room for 4096 characters with all else."""

import functools
import os

from lacuna_tool import units

ROOM = 3600


@functools.cache
def suites() -> dict[str, tuple[str, ...]]:
    """All tests of the plain boot by suite."""
    return {unit.suite: unit.cases for unit in units.discover((units.World.BOOT,)) if "@" not in unit.suite}


def _shortest(case: str, others: list[str]) -> str:
    """As much of a name as no other begins with."""
    length = 1 + max((len(os.path.commonprefix([case, other])) for other in others), default=0)
    # A comma separates patterns.
    return case.replace(",", "?") if length >= len(case) else f"{case[:length]}*".replace(",", "?")


def select(cases: tuple[str, ...], everything: dict[str, tuple[str, ...]], room: int = ROOM) -> str:
    """Selects `cases`, of all that there are; where there is no room for their names, the rest of their suite too."""
    chosen: dict[str, list[str]] = {}
    for name in cases:
        suite, _, case = name.partition(": ")
        chosen.setdefault(suite, []).append(case)
    whole = {suite for suite, names in chosen.items() if len(names) == len(everything.get(suite, names))}

    def written() -> str:
        return ",".join(f"{suite}: *" if suite in whole else
                        ",".join(f"{suite}: {_shortest(case, [other for other in everything.get(suite, ()) if other != case])}"
                                 for case in names) for suite, names in chosen.items())

    while len(pattern := written()) > room and whole < chosen.keys():
        whole.add(max(chosen.keys() - whole, key=lambda suite: len(chosen[suite])))
    return pattern
