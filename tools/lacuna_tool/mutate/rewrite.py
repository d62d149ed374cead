# SPDX-License-Identifier: MIT
"""Writes a source that holds many mutants: each stands beside what it replaces, behind the question whether it is its
turn. No line moves, so that what the program says of its lines stays right."""

from dataclasses import dataclass, field
from itertools import groupby

from lacuna_tool.mutate.mutant import Form, Mutant
from lacuna_tool.mutate.statements import CHOSEN

HEADER = "lacuna_mutate.hpp"


@dataclass(frozen=True)
class Mark:
    """From `start` to `end` of the text that was written, these mutants are what stands there."""

    start: int
    end: int
    numbers: frozenset[int]


@dataclass
class Rewritten:
    """The text, and which mutants stand where in it."""

    text: str
    marks: list[Mark] = field(default_factory=list)

    def at(self, line: int, column: int) -> frozenset[int]:
        """The mutants of the smallest piece around a place, both counted from 1; none if it is as it always was."""
        offset = sum(len(one) + 1 for one in self.text.split("\n", line - 1)[:line - 1]) + column - 1
        around = [mark for mark in self.marks if mark.start <= offset < mark.end]
        return min(around, key=lambda mark: mark.end - mark.start).numbers if around else frozenset()


@dataclass
class _Group:
    """Mutants of one form that replace the same piece, and the groups inside it."""

    form: Form
    start: int
    end: int
    members: list[tuple[int, Mutant]]
    inside: list["_Group"] = field(default_factory=list)


def _groups(numbered: list[tuple[int, Mutant]]) -> list[_Group]:
    def place(one: tuple[int, Mutant]) -> tuple[int, int, Form]:
        return one[1].start, -one[1].end, one[1].form

    top: list[_Group] = []
    open_groups: list[_Group] = []
    for (start, end, form), members in groupby(sorted(numbered, key=place), key=place):
        group = _Group(form, start, -end, list(members))
        while open_groups and open_groups[-1].end < group.end or open_groups and open_groups[-1].end <= group.start:
            open_groups.pop()
        (open_groups[-1].inside if open_groups else top).append(group)
        open_groups.append(group)
    return top


class _Writer:
    def __init__(self, original: str):
        self._original = original
        self._pieces: list[str] = []
        self._length = 0
        self.marks: list[Mark] = []

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def put(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)

    def marked(self, number: int, text: str) -> None:
        """Text that belongs to one mutant. It takes no lines of its own."""
        start = self._length
        self.put(_on_one_line(text))
        self.marks.append(Mark(start, self._length, frozenset({number})))

    def between(self, start: int, end: int, groups: list[_Group]) -> None:
        """The original from `start` to `end`, with the mutants of `groups`."""
        for group in groups:
            self.put(self._original[start:group.start])
            begin = self._length
            self._group(group)
            self.marks.append(Mark(begin, self._length, frozenset(number for number, _ in group.members)))
            start = group.end
        self.put(self._original[start:end])

    def _inner(self, group: _Group) -> None:
        self.between(group.start, group.end, group.inside)

    def _group(self, group: _Group) -> None:
        if group.form in (Form.TRUTH, Form.VALUE):
            self.put("(")
            for number, mutant in group.members:
                self.marked(number, f"{on(number)} ? ({mutant.text}) : ")
            self.put("static_cast<bool>(" if group.form is Form.TRUTH else "(")
            self._inner(group)
            self.put("))")
        elif group.form is Form.STATEMENTS:
            self.put("{ ")
            for number, mutant in group.members:
                self.marked(number, f"if ({on(number)}) {{ {mutant.text} }} else ")
            self.put("{ ")
            self._inner(group)
            self.put(" } }")
        elif group.form is Form.GUARD:
            number, mutant = group.members[0]
            self.marked(number, mutant.text.replace(CHOSEN, on(number)))
            # The lines that it took.
            self.put("\n" * self._original.count("\n", group.start, group.end))
        else:
            before, after = _AROUND[group.form]
            self.put("{ " if group.form is not Form.DECLARED else "")
            for number, mutant in group.members:
                self.marked(number, before.format(on=on(number), text=mutant.text))
            self._inner(group)
            for number, mutant in group.members:
                self.marked(number, after.format(on=on(number), text=mutant.text))
            self.put(" }" if group.form is not Form.DECLARED else "")


_AROUND = {
    Form.ROUND: ("", " if ({on}) break;"),
    Form.STATEMENT: ("if (!{on}) ", ""),
    Form.RETURN: ("if ({on}) {text} ", ""),
    Form.DECLARED: ("", "; ({on} ? {text})"),
}


def on(number: int) -> str:
    """The question."""
    return f"::lacuna_mutate::on({number})"


def _on_one_line(text: str) -> str:
    """A comment to the end of the line would take the rest with it."""
    lines = [line.split("//")[0] if '"' not in line else line for line in text.split("\n")]
    return " ".join(lines)


def rewrite(original: str, numbered: dict[int, Mutant]) -> Rewritten:
    """`original` with the mutants of `numbered`. Its first line, which every file of ours has for its licence, asks for
    the header."""
    writer = _Writer(original)
    first = original.index("\n")
    if not original.startswith("// SPDX"):
        raise ValueError("a source without its licence in the first line")
    writer.put(f'#include "{HEADER}"')
    writer.between(first, len(original), _groups(list(numbered.items())))
    return Rewritten(writer.text, writer.marks)
