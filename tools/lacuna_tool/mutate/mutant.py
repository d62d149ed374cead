# SPDX-License-Identifier: MIT
"""A mutant: one small change of the source, and how it is named from run to run."""

import enum
import hashlib
import re
from dataclasses import dataclass

_LONGEST = 100


class Class(enum.StrEnum):
    """What a mutant breaks. Of the first three none may live."""

    FLUSH = "flush"
    ZEROING = "zeroing"
    OWNERSHIP = "ownership"
    FLAG = "flag"
    BARRIER = "barrier"
    LOCK = "lock"
    ORDER = "order"
    BOUND = "bound"
    COMPARISON = "comparison"
    CLEAN_UP = "clean-up"
    OTHER = "other"


STRICT = frozenset({Class.FLUSH, Class.ZEROING, Class.OWNERSHIP})


class Form(enum.IntEnum):
    """How a mutant stands in the source beside what it replaces; where several cover the same text, the lower is the
    outer."""

    STATEMENTS = 1  # other statements in the place of these
    ROUND = 2       # a loop's body, after which the loop ends
    GUARD = 3       # a variable that is not made
    STATEMENT = 4   # a statement that is left out
    RETURN = 5      # another return before this one
    DECLARED = 6    # a condition that declares a variable
    TRUTH = 7       # an expression that is used as a truth value
    VALUE = 8       # any other expression


@dataclass(frozen=True)
class Mutant:
    """`before` in `function` becomes `after`; `start` and `end` are the offsets of what is replaced, and `text` what stands
    there instead. `again` tells apart what is otherwise the same in one function."""

    path: str
    line: int
    function: str
    before: str
    after: str
    mutant_class: Class
    form: Form
    start: int
    end: int
    text: str = ""
    again: int = 1
    while_compiling: bool = False  # in a constexpr function

    @property
    def title(self) -> str:
        """What was done, in the words that a file of equivalents uses."""
        repeated = f" #{self.again}" if self.again > 1 else ""
        return f"{self.function}: {self.before} -> {self.after}{repeated}"

    @property
    def key(self) -> str:
        """The same as long as the function and the text are, wherever in the file they stand."""
        return hashlib.sha256(f"{self.path}\n{self.title}".encode()).hexdigest()[:20]

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.title} ({self.mutant_class})"


def flat(text: str) -> str:
    """Source on one line, shortened in its middle if it is long."""
    line = re.sub(r"\s+", " ", re.sub(r"//[^\n]*", "", text)).strip()
    if len(line) > _LONGEST:
        return f"{line[:_LONGEST * 2 // 3].rstrip()} ... {line[-_LONGEST // 4:].lstrip()}"
    return line
