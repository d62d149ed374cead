# SPDX-License-Identifier: MIT
"""Tests of the machine from outside: tests/system/*.py, each a suite `system.NAME`.

A case is a function with the decorator `case("what it shows")`. It boots what it needs through
lacuna_tool.fixture, and fails by an exception, usually of `check`.
"""

import importlib.util
import re
import traceback
from dataclasses import dataclass
from types import ModuleType
from typing import Callable

from lacuna_tool import paths
from lacuna_tool.results import Case, Status

_pending: list["SystemCase"] = []


class CheckFailed(Exception):
    """What a case shows does not hold."""


class Skipped(Exception):
    """This machine cannot show it."""


@dataclass(frozen=True)
class SystemCase:
    name: str
    action: Callable[[], None]


def case(name: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Registers the function as a test case of the module that is being loaded."""
    def register(action: Callable[[], None]) -> Callable[[], None]:
        _pending.append(SystemCase(name, action))
        return action
    return register


def check(condition: object, explanation: str) -> None:
    if not condition:
        raise CheckFailed(explanation)


def _load(stem: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"lacuna_system_{stem}", paths.SYSTEM_TESTS / f"{stem}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def suites() -> dict[str, list[SystemCase]]:
    """All suites by name."""
    found = {}
    for path in sorted(paths.SYSTEM_TESTS.glob("[a-z]*.py")):
        _pending.clear()
        _load(path.stem)
        if _pending:
            found[f"system.{path.stem}"] = list(_pending)
    return found


def run(suite: str, names: set[str]) -> list[Case]:
    """Runs the cases of one suite that are in `names`."""
    outcomes = []
    for item in suites().get(suite, []):
        if item.name not in names:
            continue
        label = f"{suite}: {item.name}"
        try:
            item.action()
            outcomes.append(Case(label, Status.PASSED))
        except Skipped as reason:
            outcomes.append(Case(label, Status.SKIPPED, str(reason)))
        except CheckFailed as failure:
            outcomes.append(Case(label, Status.FAILED, str(failure)))
        except Exception:
            outcomes.append(Case(label, Status.FAILED, re.sub(r'File "[^"]*/', 'File "', traceback.format_exc())))
    return outcomes
