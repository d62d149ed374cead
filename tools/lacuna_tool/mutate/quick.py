# SPDX-License-Identifier: MIT
"""A look within two minutes: as many files as can be compiled in that time, and a sample of their mutants."""

import random

from lacuna_tool.console import say
from lacuna_tool.mutate import analysis
from lacuna_tool.mutate.compiling import Builder
from lacuna_tool.mutate.judging import WORLDS, Wish
from lacuna_tool.mutate.limits import Limits
from lacuna_tool.mutate.mutant import Mutant

SECONDS = 115.0
# What an object takes to compile, and which part of the time may go into that.
_OBJECT_SECONDS = 1.5
_COMPILING = 0.4


def wish(found: dict[str, list[Mutant]], wanted: list[Mutant], jobs: int, seconds: float, seed: int,
         started: float) -> Wish:
    """What can be done until two minutes after `started`."""
    result = Wish(found, wanted, Limits(seconds, deadline=started + SECONDS), jobs, seed=seed)
    objects = int(SECONDS * _COMPILING * jobs / _OBJECT_SECONDS)
    whole = analysis.numbered({path: mutants for path, mutants in found.items() if not path.endswith(".py")})
    missing = sum(Builder(world, [file for file in whole if world.users(file.path)]).missing()
                  for world in result.worlds.values())
    if missing > objects:
        result.files = _choose(result, objects, seed)
        chosen = {path for paths in result.files.values() for path in paths}
        left_out = len({mutant.path for mutant in wanted if not mutant.path.endswith(".py")} - chosen)
        if left_out > 0:
            say(f"the time is for {len(chosen)} files; {left_out} more would have to be compiled with all that includes them")
    return result


def _choose(result: Wish, most: int, seed: int) -> dict[str, frozenset[str]]:
    """Files for each program, in a random order as long as there is time to compile what they are part of."""
    order = sorted({mutant.path for mutant in result.wanted if not mutant.path.endswith(".py")})
    random.Random(seed).shuffle(order)
    chosen: dict[str, set[str]] = {name: set() for name in WORLDS}
    objects: set[tuple[str, str]] = set()
    # The host's tests say most in the least time, but the kernel must have its part.
    for name, room in zip(WORLDS, (most * 3 // 5, most)):
        for path in order:
            more = {(name, command.object) for command in result.worlds[name].users(path)}
            if more and len(objects | more) <= room:
                objects |= more
                chosen[name].add(path)
    return {name: frozenset(paths) for name, paths in chosen.items()}
