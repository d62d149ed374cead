# SPDX-License-Identifier: MIT
"""The file format: Google Benchmark's JSON (docs/user_guide.md there), with more keys of our own."""

import json
from pathlib import Path

from lacuna_tool.bench.figure import Figure
from lacuna_tool.errors import UserError, usage_error


def _nanoseconds(figure: Figure, context: dict) -> float:
    """The time of an operation. Under icount an instruction is a nanosecond of the emulated clock."""
    if figure.unit == "ms":
        return figure.median * 1e6
    return figure.median * 1e3 / (1000 if context["icount"] else context["mhz_per_cpu"])


def _entry(figure: Figure, index: int, context: dict) -> dict:
    entry = {"name": figure.name, "family_index": index, "per_family_instance_index": 0, "run_name": figure.name,
             "run_type": "aggregate", "aggregate_name": "median", "aggregate_unit": "time", "threads": 1,
             "time_unit": "ns"}
    if figure.failure:
        return entry | {"error_occurred": True, "error_message": figure.failure}
    time = _nanoseconds(figure, context) if figure.unit in ("cycles", "ms") else 0.0
    entry |= {"repetitions": len(figure.samples), "iterations": figure.operations, "real_time": time, "cpu_time": time,
              "unit": figure.unit, "value": figure.median, "least": figure.least, "most": figure.most}
    return entry | figure.counters | {f"event.{name}": count for name, count in figure.events.items()}


def make(context: dict, figures: list[Figure]) -> dict:
    return {"context": context,
            "benchmarks": [_entry(figure, index, context) for index, figure in enumerate(figures)]}


def write(path: Path, document: dict) -> None:
    try:
        path.write_text(json.dumps(document, indent=2) + "\n")
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from error


def read(path: Path) -> dict:
    """An older document of ours. Anything else is one clear line."""
    try:
        document = json.loads(path.read_text())
    except OSError as error:
        raise usage_error(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise usage_error(f"{path} is no JSON: {error}") from error
    entries = document.get("benchmarks") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not isinstance(document.get("context"), dict):
        raise usage_error(f"{path} is no file of `tools/lacuna bench --json`: it has no context or no benchmarks")
    if not all(isinstance(entry, dict) and isinstance(entry.get("name"), str) for entry in entries):
        raise usage_error(f"{path} is no file of `tools/lacuna bench --json`: a benchmark has no name")
    return document
