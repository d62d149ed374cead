# SPDX-License-Identifier: MIT
"""Gathers all units in one CTest tree, build/units, and runs them from there."""

import os
import re
import subprocess
import sys
from typing import Callable

from lacuna_tool import paths
from lacuna_tool.errors import UserError
from lacuna_tool.units import Unit

TREE = "units"
UNIT_SECONDS = 600
_FINISHED = re.compile(r"^\s*\d+/\d+ Test\s+#\d+: (\S+) .*?([\d.]+) sec\s*$")


def _quoted(text: str) -> str:
    """A CMake bracket argument: no escapes inside."""
    return f"[==[{text}]==]"


def write_tree(units: list[Unit]) -> None:
    """Registers each unit as a CTest test. `ctest --test-dir build/units` runs them without the tool, too."""
    tree = paths.build_dir(TREE)
    tree.mkdir(parents=True, exist_ok=True)
    lines = ["# Written by tools/lacuna test."]
    for unit in units:
        command = [sys.executable, "-P", "-m", "lacuna_tool.unit", unit.id, *unit.cases]
        lines.append(f"add_test({_quoted(unit.id)} {' '.join(_quoted(word) for word in command)})")
        lines.append(f"set_tests_properties({_quoted(unit.id)} PROPERTIES TIMEOUT {UNIT_SECONDS} LABELS {unit.world}"
                     # Virtual processors that wait for each other's turn on the host's take a hundred times as long.
                     f" PROCESSORS {unit.processors}"
                     f" ENVIRONMENT {_quoted('PYTHONPATH=' + str(paths.ROOT / 'tools'))})")
    (tree / "CTestTestfile.cmake").write_text("\n".join(lines) + "\n")


def run(jobs: int, on_finished: Callable[[str, float], None]) -> None:
    """Runs the tree; calls `on_finished` with each unit's id and seconds as it ends."""
    command = ["ctest", "--test-dir", str(paths.build_dir(TREE)), "-j", str(jobs), "--timeout", str(UNIT_SECONDS)]
    environment = dict(os.environ, LC_ALL="C.UTF-8")
    log = paths.scratch_dir() / "ctest.log"
    with open(log, "w") as record:
        process = subprocess.Popen(command, env=environment, text=True, errors="replace",
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            for line in process.stdout:
                record.write(line)
                if match := _FINISHED.match(line):
                    on_finished(match[1], float(match[2]))
            status = process.wait()
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
    # CTest returns 8 when tests failed, which the results say better.
    if status not in (0, 8):
        raise UserError(f"ctest failed with status {status}; see {log}")
