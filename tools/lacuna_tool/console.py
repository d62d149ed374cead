# SPDX-License-Identifier: MIT
"""What the tool itself says goes to stderr, so that stdout carries only results."""

import sys


def say(message: str) -> None:
    print(f"lacuna: {message}", file=sys.stderr, flush=True)


def tail(text: str, lines: int = 25) -> str:
    """The last lines of a long log."""
    return "\n".join(text.rstrip().splitlines()[-lines:])


def shortened(text: str, first: int = 8, last: int = 24) -> str:
    """A long log's beginning and end, and how much is left out between them."""
    lines = text.rstrip().splitlines()
    left_out = len(lines) - first - last
    if left_out <= 1:
        return "\n".join(lines)
    return "\n".join([*lines[:first], f"[... {left_out} lines]", *lines[-last:]])
