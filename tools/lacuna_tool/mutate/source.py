# SPDX-License-Identifier: MIT
"""A source file with its tree: texts of nodes, and nodes without the layers that stand for nothing written."""

import re
from pathlib import Path

from lacuna_tool.mutate.libclang import Kind, Node

_OPERATOR = re.compile(r"\s*(?:/\*.*?\*/\s*|//[^\n]*\n\s*)*(<<=?|>>=?|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=?|<|>|=)\s*"
                       r"(?:/\*.*?\*/\s*|//[^\n]*\n\s*)*")


class Source:
    """The text by offsets in bytes: one character for each."""

    def __init__(self, path: Path):
        self.path = path
        self.text = path.read_bytes().decode("latin-1")

    def of(self, node: Node) -> str:
        return self.text[node.start:node.end]

    def line(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1

    def statement_end(self, node: Node) -> int:
        """Behind the semicolon of an expression that stands as a statement; 0 if there is none."""
        found = re.compile(r"\s*;").match(self.text, node.end)
        return found.end() if found else 0


def peel(node: Node) -> Node:
    """The node below that covers the same text and that is written: conversions and temporaries are not."""
    while True:
        same = [child for child in _below(node) if (child.start, child.end) == (node.start, node.end) and child.plain
                and child.is_expression]
        if not same:
            return node
        node = same[0]


def _below(node: Node) -> list[Node]:
    """Children; of a comparison that the compiler has rewritten, also what it was made of."""
    children = node.children
    if node.kind in (Kind.UNEXPOSED, Kind.UNARY):
        odd = [child for child in children if child.kind in (Kind.UNARY, Kind.CALL)
               and (child.start, child.end) != (node.start, node.end)]
        return children + [grandchild for child in odd for grandchild in child.children
                           if grandchild.kind is Kind.CALL and grandchild.name.startswith("operator")]
    return children


def operands(source: Source, node: Node) -> tuple[Node, str, Node] | None:
    """Left side, operator and right side of a binary expression, whether built in or a function."""
    if node.kind in (Kind.BINARY, Kind.COMPOUND_ASSIGNMENT):
        sides = node.children
    elif node.kind is Kind.CALL and len(node.children) == 3:
        sides = [node.children[0], node.children[2]]
    else:
        return None
    if len(sides) != 2:
        return None
    left, right = sides
    if left.start != node.start or right.end != node.end or left.end > right.start:
        return None
    between = _OPERATOR.fullmatch(source.text, left.end, right.start)
    return (left, between[1], right) if between else None


def callee(source: Source, node: Node) -> str:
    """What a call calls, as written: `owned_.with`; empty for an operator or a braced constructor."""
    if node.kind is not Kind.CALL:
        return ""
    first = node.children[0] if node.children else node
    if first.start == node.start and first.end < node.end and source.text[first.end:node.end].lstrip().startswith("("):
        return re.sub(r"\s+", "", source.of(first))
    # In a template the function is not known, only its name.
    named = re.match(r"(?:\w|::|\.|->)+(?=\s*\()", source.of(node))
    return named[0] if named else ""


def arguments(source: Source, node: Node) -> list[Node]:
    """Of a call whose callee is written."""
    opening = source.text.find("(", node.start + len(callee(source, node)))
    return [child for child in node.children if child.is_expression and child.start > opening]
