# SPDX-License-Identifier: MIT
"""What the tool itself says goes to stderr, so that stdout carries only results."""

import sys


def say(message: str) -> None:
    print(f"lacuna: {message}", file=sys.stderr, flush=True)


def tail(text: str, lines: int = 25) -> str:
    """The last lines of a long log."""
    return "\n".join(text.rstrip().splitlines()[-lines:])
