# SPDX-License-Identifier: MIT
"""Lacuna beside Linux, and beside Unikraft where that was measured: the goals, and every figure that Linux has by the same
name."""

import dataclasses
import json
from pathlib import Path

from lacuna_tool.bench.figure import Figure
from lacuna_tool.bench.session import Session
from lacuna_tool.bench.table import NAME_WIDTH, number
from lacuna_tool.errors import UserError

_FOLDER = Path(__file__).parent
LINUX = json.loads((_FOLDER / "linux-6.1.json").read_text())
UNIKRAFT = json.loads((_FOLDER / "unikraft-0.17.json").read_text())
GOALS = json.loads((_FOLDER / "goals.json").read_text())
_WEIGHTY = ("cr3-writes", "image-swaps", "full-flushes", "invlpg", "ipis-sent", "page-table-writes", "bytes-copied",
            "frames-zeroed")
_TABLES = ("Isolation none and pks have no page table per namespace: each CPU has one PGD, in which the entry of lwIP's "
           "image is swapped on a switch.")


def wanted(names: list[str]) -> list[str]:
    """Those of Lacuna's benchmarks that the tables need, in its order."""
    needed = set(LINUX["figures"]) | {name for row in GOALS["rows"] for name in row["figures"]}
    needed |= {row[key] for row in GOALS["ratios"] for key in ("figure", "divisor") if key in row}
    return [name for name in names if name in needed]


def _value(figure: Figure | None) -> float | None:
    if figure is None or figure.failure:
        return None
    return figure.median / 1024 if figure.unit == "bytes" else figure.median


def _sum(values: list[float | None]) -> float | None:
    return None if None in values or not values else sum(values)


def _peer(peer: dict, name: str) -> float | None:
    """Bytes as KiB, which is what Linux calls kB."""
    found = peer["figures"].get(name)
    return None if found is None else found["value"] / 1024 if found["unit"] == "bytes" else found["value"]


def _shown(value: float | None, width: int = 14) -> str:
    return f"{'-' if value is None else number(value):>{width}}"


def _times(linux: float | None, ours: float | None) -> str:
    return f"{linux / ours:>7.1f}x" if linux and ours else f"{'-':>8}"


def _verdict(value: float | None, goal: float) -> str:
    return "not measured" if value is None else "met" if value <= goal else f"NOT met: {value / goal:.2f} of it"


def _events(figures: list[Figure]) -> str:
    found = {}
    for figure in figures:
        for event, count in figure.events.items():
            if event in _WEIGHTY:
                found[event] = found.get(event, 0) + count
    return "  ".join(f"{event} {count:.2g}" if count < 0.1 else f"{event} {number(count)}"
                     for event, count in found.items())


def goal_rows(figures: dict[str, Figure]) -> list[str]:
    """The goals, one line each."""
    lines = [f"{'work':54} {'Linux 6.1':>14} {'Unikraft':>12} {'goal':>10} {'Lacuna':>14} {'Linux/':>8}  {'':20} "
             "events per operation"]
    for row in GOALS["rows"]:
        taken = [figures[name] for name in row["figures"] if name in figures]
        ours = _sum([_value(figures.get(name)) for name in row["figures"]])
        linux = _sum([_peer(LINUX, name) for name in row.get("linux", row["figures"])])
        unikraft = _sum([_peer(UNIKRAFT, name) for name in row["figures"]])
        lines.append(f"{row['work']:54} {_shown(linux)} {_shown(unikraft, 12)} {number(row['goal']):>10} {_shown(ours)} "
                     f"{_times(linux, ours)}  "
                     f"{_verdict(ours, row['goal']):20} {_events(taken)}".rstrip())
    return lines


def all_rows(figures: dict[str, Figure]) -> list[str]:
    """Every figure that both have."""
    lines = [f"{'figure':{NAME_WIDTH}} {'Linux 6.1':>14} {'Lacuna':>14} {'Linux/':>8}"]
    for name, figure in figures.items():
        if name in LINUX["figures"]:
            ours, linux = _value(figure), _peer(LINUX, name)
            lines.append(f"{name:{NAME_WIDTH}} {_shown(linux)} {_shown(ours)} {_times(linux, ours)}")
    return lines


class _Variants:
    """Sessions with other policies or processors, opened when they are first needed."""

    def __init__(self, base: Session):
        self._base = base
        self._open: dict[tuple, Session | str] = {}

    def take(self, name: str, policy: str, cpus: int = 1) -> Figure:
        key = (policy, cpus)
        if key not in self._open:
            # A later word of the command line overrides an earlier one.
            setup = dataclasses.replace(self._base.setup, policy=f"{self._base.setup.policy} {policy}".strip(), cpus=cpus)
            try:
                self._open[key] = Session(setup)
            except UserError as error:
                self._open[key] = str(error)
        session = self._open[key]
        if isinstance(session, str):
            return Figure(name, "cycles", failure=session)
        return session.take(name) if name in session.names else Figure(name, "cycles", failure="no such benchmark")


def ratio_rows(figures: dict[str, Figure], variants: _Variants) -> list[str]:
    """What isolation costs."""
    lines = [f"{'ratio':54} {'':27} {'at most':>10} {'Lacuna':>14}"]
    for row in GOALS["ratios"]:
        name = row["figure"]
        other = figures.get(row["divisor"]) if "divisor" in row else variants.take(name, row["without"])
        above, below = _value(figures.get(name)), _value(other)
        ratio = above / below if above and below else None
        lines.append(f"{row['work']:54} {'':27} {row['goal']:>10.2f} {_shown(ratio)} {'':8}  {_verdict(ratio, row['goal'])}")
    return lines


def growth_rows(variants: _Variants) -> list[str]:
    """The life of an exclusive page while 1, 10, 100 and 1000 namespaces exist."""
    growth = GOALS["growth"]
    counts = [name.rpartition("_")[2] for name in growth["figures"]]
    lines = [f"{'an exclusive page, while so many namespaces exist':54} " + " ".join(f"{count:>10}" for count in counts)]
    for policy in growth["policies"]:
        taken = [variants.take(name, policy) for name in growth["figures"]]
        why = next((figure.failure for figure in taken if figure.failure), "")
        values = " ".join(_shown(_value(figure), 10) for figure in taken)
        lines.append(f"{policy:54} {values}  {why.splitlines()[0] if why else ''}".rstrip())
    return lines


def ipi_row(variants: _Variants) -> str:
    """Shootdowns per exclusive page on two processors."""
    row = GOALS["ipis"]
    figure = variants.take(row["figure"], row["policy"], row["cpus"])
    value = None if figure.failure else figure.events.get(row["event"], 0.0)
    shown = "-" if value is None else f"{value:.4f}"
    why = figure.failure.splitlines()[0] if figure.failure else _verdict(value, row["goal"])
    return f"{'IPIs per exclusive page, 2 CPUs, block + batch':54} {'':27} {row['goal']:>10.2f} {shown:>14} {'':8}  {why}"


def report(session: Session, figures: list[Figure]) -> str:
    """Everything, as text. Boots again for other policies."""
    by_name = {figure.name: figure for figure in figures}
    variants = _Variants(session)
    parts = [goal_rows(by_name), ratio_rows(by_name, variants) + [ipi_row(variants)], growth_rows(variants),
             all_rows(by_name)]
    sources = f"Linux: {LINUX['source']}.\nUnikraft: {UNIKRAFT['source']}."
    return "\n\n".join(["\n".join(part) for part in parts] + [sources, _TABLES])
