# SPDX-License-Identifier: MIT
"""Figures as text."""

from lacuna_tool.bench.figure import Figure

NAME_WIDTH = 44


def number(value: float) -> str:
    """With decimals where they tell something."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value != int(value) else f"{value:.0f}"


def unit_of(figure: Figure, icount: bool) -> str:
    return "insn" if figure.unit == "cycles" and icount else figure.unit


def _beside(figure: Figure) -> str:
    parts = [f"{name} {number(value)}" for name, value in figure.counters.items()]
    parts += [f"{name} {value:.2g}" if value < 0.1 else f"{name} {number(value)}"
              for name, value in figure.events.items()]
    return "  ".join(parts)


def line(figure: Figure, icount: bool) -> str:
    """Name, median, unit, least .. most, events per operation."""
    if figure.failure:
        return f"{figure.name:{NAME_WIDTH}} {'-':>12}  {figure.failure}"
    spread = "" if figure.least == figure.most else f"({number(figure.least)} .. {number(figure.most)})"
    return (f"{figure.name:{NAME_WIDTH}} {number(figure.median):>12} {unit_of(figure, icount):6} {spread:24} "
            f"{_beside(figure)}").rstrip()
