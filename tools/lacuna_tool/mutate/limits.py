# SPDX-License-Identifier: MIT
"""How much time there is."""

import time
from dataclasses import dataclass


class OutOfTime(Exception):
    """All had to be over by now."""


@dataclass(frozen=True)
class Limits:
    """Seconds of tests for one mutant, and when all has to be over, by time.monotonic()."""

    seconds: float
    deadline: float | None = None

    @property
    def over(self) -> bool:
        return self.deadline is not None and time.monotonic() >= self.deadline

    def left(self, most: float) -> float:
        """Seconds until then, but not more than `most`."""
        return most if self.deadline is None else max(0.0, min(most, self.deadline - time.monotonic()))

    def check(self) -> None:
        if self.over:
            raise OutOfTime
