# SPDX-License-Identifier: MIT
"""Reads KTAP, the report of the kernel's own tests (Documentation/dev-tools/ktap.rst in Linux)."""

import re
from lacuna_tool.results import Case, Status

_PLAN = re.compile(r"^1\.\.(\d+)\s*$")
_RESULT = re.compile(r"^(ok|not ok) \d+ (?:- )?(.*?)(?: # (SKIP|TIMEOUT)\b\s*(.*))?$")


def parse(text: str) -> tuple[list[Case], bool]:
    """The cases in `text`, and whether the report is complete. Lines before a result belong to it."""
    cases: list[Case] = []
    notes: list[str] = []
    planned = None
    for line in text.splitlines():
        if match := _PLAN.match(line):
            planned = int(match[1])
        elif match := _RESULT.match(line):
            if match[1] == "not ok" or match[3] == "TIMEOUT":
                status = Status.FAILED
            else:
                status = Status.SKIPPED if match[3] == "SKIP" else Status.PASSED
            detail = "\n".join(notes) if status is Status.FAILED else match[4] or ""
            cases.append(Case(match[2], status, detail))
            notes = []
        elif not line.startswith("KTAP version"):
            notes.append(line)
    return cases, planned is not None and len(cases) == planned
