# SPDX-License-Identifier: MIT
"""Mutants of the order of two steps: the second is done before the first, where one of them flushes, zeroes, locks or
changes an owner."""

import re
from dataclasses import dataclass

from lacuna_tool.mutate.finder import Finder
from lacuna_tool.mutate.libclang import Kind, Node
from lacuna_tool.mutate.mutant import STRICT, Class, Form, flat

_MATTERS = STRICT | {Class.BARRIER, Class.LOCK}


@dataclass(frozen=True)
class _Step:
    """A statement from `start` to `end` that could stand elsewhere; `text` is how it is written there."""

    start: int
    end: int
    text: str
    mutant_class: Class
    is_call: bool


def find(finder: Finder, statements: list[Node]) -> None:
    """Finds pairs in one block."""
    row: list[_Step] = []
    for statement in statements:
        step = _step(finder, statement)
        if step is None and _is_transparent(finder, statement):
            continue
        if step is not None:
            row.append(step)
        if step is None or statement.kind is Kind.RETURN:
            _pairs(finder, row)
            row = []
    _pairs(finder, row)


def _is_transparent(finder: Finder, node: Node) -> bool:
    return node.is_expression and node.plain and node.kind is Kind.CALL and finder.is_said(node)


def _step(finder: Finder, node: Node) -> _Step | None:
    from lacuna_tool.mutate.statements import effect  # which finds orders block by block

    source = finder.source
    inner, returned = node, False
    if node.kind is Kind.IF and len(node.children) == 2 and node.children[1].is_expression:
        inner = node.children[1]
    elif node.kind is Kind.RETURN and node.children and node.children[0].plain:
        inner, returned = node.children[0], True
    if not inner.is_expression or (end := source.statement_end(inner)) == 0:
        return None
    found = effect(finder, inner)
    if found is None or returned and not found[1]:
        return None
    text = source.text[node.start:end]
    if returned:
        value = source.of(inner)
        if inner.type == "void":
            text = f"{value}; \1return;"
        elif re.fullmatch(r"[\w:<>, ]+", inner.type):
            text = f"const auto mutated_ = {value}; \1return mutated_;"
        else:
            return None
    return _Step(node.start, end, text, *found)


def _pairs(finder: Finder, row: list[_Step]) -> None:
    for number in range(len(row) - 1):
        first, second = row[number], row[number + 1]
        if not {first.mutant_class, second.mutant_class} & _MATTERS or not (first.is_call or second.is_call):
            continue
        # What only says or counts stays between them.
        between = finder.source.text[first.end:second.start]
        done, _, returned = second.text.partition("\1")
        swapped = f"{done}{between}{first.text.partition(chr(1))[0]} {returned}"
        start, end = row[0].start, row[-1].end
        text = finder.source.text[start:first.start] + swapped + finder.source.text[second.end:end]
        finder.add(start, end, Form.STATEMENTS, Class.ORDER,
                   f"after {flat(finder.source.text[second.start:second.end])}", text,
                   before=flat(finder.source.text[first.start:first.end]))
