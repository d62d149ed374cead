# SPDX-License-Identifier: MIT
"""One figure, from the line of JSON that the kernel prints for it (kernel/bench/report.cpp)."""

import json
import statistics
from dataclasses import dataclass, field

_PREFIX = "@bench "
_MAXIMA = ("stale-window-ns",)  # events of which the longest counts, not the sum


@dataclass(frozen=True)
class Figure:
    """A benchmark's result per operation, or why there is none."""

    name: str
    unit: str  # "cycles", "bytes", "count", "ms"
    operations: int = 1
    samples: tuple[float, ...] = ()  # each of `operations` operations, in the order taken
    counters: dict[str, float] = field(default_factory=dict)
    events: dict[str, float] = field(default_factory=dict)  # per operation
    failure: str = ""

    @property
    def median(self) -> float:
        return statistics.median_high(self.samples) / self.operations

    @property
    def least(self) -> float:
        return min(self.samples) / self.operations

    @property
    def most(self) -> float:
        return max(self.samples) / self.operations


def lines(text: str) -> list[dict]:
    """What the kernel printed for us among all else."""
    found = []
    for line in text.splitlines():
        if line.startswith(_PREFIX):
            try:
                found.append(json.loads(line.removeprefix(_PREFIX)))
            except json.JSONDecodeError:
                continue  # cut off by the machine's end, which is reported by itself
    return found


def parse(line: dict) -> Figure:
    """A result's line."""
    if "failure" in line:
        return Figure(line["name"], line["unit"], failure=line["failure"])
    operations = line["operations"]
    return Figure(line["name"], line["unit"], operations, tuple(line["samples"]),
                  {name: total / per for name, (total, per) in line["counters"].items()},
                  {name: count if name in _MAXIMA else count / operations for name, count in line["events"].items()})
