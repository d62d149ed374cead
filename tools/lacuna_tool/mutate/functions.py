# SPDX-License-Identifier: MIT
"""Finds the mutants of a C++ source in the bodies of its functions."""

import re
from typing import Iterator

from lacuna_tool.mutate import expressions, statements
from lacuna_tool.mutate.finder import Finder
from lacuna_tool.mutate.libclang import FUNCTIONS, SCOPES, Kind, Node
from lacuna_tool.mutate.mutant import Mutant
from lacuna_tool.mutate.source import Source


def _name_of(function: Node) -> str:
    """`Class::function`, without what a template adds."""
    owner = function.parent
    outer = f"{owner.name}::" if owner and owner.name and owner.kind in SCOPES - {Kind.NAMESPACE} else ""
    return re.sub(r"<.*>(?=::|$)", "", outer) + re.sub(r"(?<=\w)<.*>$", "", function.name)


def _functions(node: Node, file: int) -> Iterator[Node]:
    """Those that this file defines."""
    for child in node.children:
        if child.file != file:
            continue
        if child.kind in FUNCTIONS:
            yield child
        elif child.kind in SCOPES:
            yield from _functions(child, file)


def find(root: Node, source: Source, path: str, file: int) -> list[Mutant]:
    """The mutants of the file whose handle in the tree is `file`."""
    finder = Finder(source, path, statements.visit)
    for function in _functions(root, file):
        bodies = [child for child in function.children if child.kind is Kind.COMPOUND]
        if not bodies or not bodies[-1].plain or source.text[bodies[-1].start] != "{":
            continue  # declared, defaulted or deleted
        head = source.text[function.start:bodies[-1].start]
        if re.search(r"\bconsteval\b", head):
            continue
        finder.function = _name_of(function)
        finder.while_compiling = bool(re.search(r"\bconstexpr\b", head))
        if function.kind is Kind.CONSTRUCTOR:
            for child in function.children:
                if child.is_expression and child.start < bodies[-1].start:
                    expressions.visit(finder, child)
        statements.visit(finder, bodies[-1])
    return finder.mutants()
