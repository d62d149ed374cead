# SPDX-License-Identifier: MIT
"""What came of test cases, and the files that carry it from a unit's process to the tool."""

import enum
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from lacuna_tool import paths


class Status(enum.StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Case:
    """One test case; `detail` says why it failed or was skipped, or what was odd about it."""

    name: str
    status: Status
    detail: str = ""


def result_file(unit_id: str) -> Path:
    folder = paths.scratch_dir() / "results"
    folder.mkdir(exist_ok=True)
    return folder / f"{unit_id}.json"


def save(unit_id: str, cases: list[Case]) -> None:
    result_file(unit_id).write_text(json.dumps([asdict(case) for case in cases]))


def load(unit_id: str) -> list[Case] | None:
    """None if the unit's process wrote nothing."""
    path = result_file(unit_id)
    if not path.exists():
        return None
    return [Case(entry["name"], Status(entry["status"]), entry["detail"]) for entry in json.loads(path.read_text())]
