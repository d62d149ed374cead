# SPDX-License-Identifier: MIT
"""What there is to test. A unit is one process or one boot; it holds cases and is one CTest test."""

import enum
import fnmatch
import json
import subprocess
from dataclasses import dataclass, replace

from lacuna_tool import paths, system
from lacuna_tool.console import tail
from lacuna_tool.errors import Exit, UserError
from lacuna_tool.guest import Guest
from lacuna_tool.machine import Machine

LIST_SECONDS = 60


class World(enum.StrEnum):
    """Where a unit runs."""

    HOST = "host"      # Catch2 under the sanitizers
    BOOT = "boot"      # in the booted kernel
    TWIN = "twin"      # in a kernel with a deliberate fault, where a test has to fail
    SYSTEM = "system"  # the machine from outside: real clients, raw frames, memory dumps


@dataclass(frozen=True)
class Unit:
    world: World
    suite: str
    cases: tuple[str, ...]
    processors: int = 1  # of the machine it boots

    @property
    def id(self) -> str:
        return f"{self.world}.{self.suite}" if self.world in (World.HOST, World.BOOT) else self.suite


@dataclass(frozen=True)
class Variant:
    """Options, and a number of processors, with which the suites that `suites` names (globs) are booted once
    more."""

    name: str
    append: str
    suites: tuple[str, ...]
    cpus: int = 1


@dataclass(frozen=True)
class Twin:
    """A deliberate fault: each test in `must_fail` has to notice it, in the world where they run."""

    name: str
    world: World
    mutant: str
    must_fail: tuple[str, ...]
    append: str = ""  # more options for the kernel's command line
    cpus: int = 1
    panic: str = ""   # what a panic says, if it is the check; any other panic is no answer


def _by_suite(world: World, pairs: list[tuple[str, str]]) -> list[Unit]:
    suites: dict[str, list[str]] = {}
    for suite, name in pairs:
        suites.setdefault(suite, []).append(name)
    return [Unit(world, suite, tuple(names)) for suite, names in sorted(suites.items())]


def _host_units() -> list[Unit]:
    # Catch2 2 knows the first spelling and returns the number of tests; Catch2 3 knows the second.
    for options in (["--list-test-names-only"], ["--list-tests", "--verbosity", "quiet"]):
        result = subprocess.run([paths.host_tests(), *options], capture_output=True, text=True)
        names = [line.strip() for line in result.stdout.splitlines() if ": " in line and not line.startswith("Error")]
        if names:
            return _by_suite(World.HOST, [tuple(name.split(": ", 1)) for name in names])
    raise UserError("the host tests do not list themselves:", tail(result.stdout + result.stderr))


def _boot_units() -> list[Unit]:
    elf = paths.kernel_elf()
    cache = paths.scratch_dir() / "kernel-tests.json"
    stat = elf.stat()
    key = f"{stat.st_mtime_ns} {stat.st_size}"
    known = json.loads(cache.read_text()) if cache.exists() else {}
    if known.get("key") != key:
        with Guest(Machine(kernel=elf, command_line="test.list=yes")) as guest:
            outcome = guest.finish(LIST_SECONDS)
        lines = [line.split("\t", 1) for line in outcome.text.splitlines() if "\t" in line]
        if outcome.verdict != Exit.SUCCESS or not lines:
            raise UserError(f"the kernel does not list its tests ({outcome.remark or outcome.verdict.name}); "
                            "its last words were:", tail(outcome.text))
        known = {"key": key, "tests": lines}
        cache.write_text(json.dumps(known))
    plain = _by_suite(World.BOOT, [tuple(pair) for pair in known["tests"]])
    return plain + [Unit(World.BOOT, f"{unit.suite}@{variant.name}", unit.cases, variant.cpus) for variant in variants()
                    for unit in plain if any(fnmatch.fnmatchcase(unit.suite, glob) for glob in variant.suites)]


def variants() -> list[Variant]:
    """The table of boots with other policies."""
    try:
        return [Variant(name, entry["append"], tuple(entry["suites"]), entry.get("cpus", 1))
                for name, entry in json.loads(paths.VARIANTS.read_text()).items()]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{paths.VARIANTS.relative_to(paths.ROOT)}: {error}") from None


def twins() -> list[Twin]:
    """The table of deliberate faults."""
    if not paths.TWINS.exists():
        return []
    try:
        return [Twin(entry["name"], World(entry["world"]), entry["mutant"], tuple(entry["must_fail"]),
                     entry.get("append", ""), entry.get("cpus", 1), entry.get("panic", ""))
                for entry in json.loads(paths.TWINS.read_text())]
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{paths.TWINS.relative_to(paths.ROOT)}: {error}") from None


def _twin_units() -> list[Unit]:
    return [Unit(World.TWIN, f"twin.{twin.name}", ("is noticed",), twin.cpus) for twin in twins()]


def _system_units() -> list[Unit]:
    return [Unit(World.SYSTEM, suite, tuple(case.name for case in cases))
            for suite, cases in system.suites().items()]


_DISCOVERY = {World.HOST: _host_units, World.BOOT: _boot_units, World.TWIN: _twin_units,
              World.SYSTEM: _system_units}


def worlds_of(pattern: str) -> tuple[World, ...]:
    """The worlds that `pattern` can name: one if it starts with a world, else all."""
    named = tuple(world for world in World if pattern.startswith(f"{world}."))
    return named or tuple(World)


def discover(worlds: tuple[World, ...] = tuple(World)) -> list[Unit]:
    """Everything in these worlds, in the order in which it runs: cheap first."""
    return [unit for world in worlds for unit in _DISCOVERY[world]()]


def select(units: list[Unit], pattern: str) -> list[Unit]:
    """The units that `pattern` names: by suite (`mm.*`, `mm`), by world and suite (`host.mm.*`), or by a
    case (`mm.buddy: splits*`), which leaves only the matching cases of the unit."""
    found = []
    for unit in units:
        names = (unit.suite, unit.id)
        if any(fnmatch.fnmatchcase(name, pattern) or name.startswith(pattern + ".") for name in names):
            found.append(unit)
            continue
        cases = tuple(case for case in unit.cases if fnmatch.fnmatchcase(f"{unit.suite}: {case}", pattern)
                      or fnmatch.fnmatchcase(f"{unit.id}: {case}", pattern))
        if cases:
            found.append(replace(unit, cases=cases))
    return found
