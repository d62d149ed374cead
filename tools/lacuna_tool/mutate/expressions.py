# SPDX-License-Identifier: MIT
"""Mutants of expressions: comparisons, limits, operators, literals, enumerators, locks around a call."""

import enum
import re

from lacuna_tool.mutate import classes
from lacuna_tool.mutate.finder import Finder
from lacuna_tool.mutate.libclang import Kind, Node
from lacuna_tool.mutate.mutant import Class, Form
from lacuna_tool.mutate.source import arguments, callee, operands, peel

_BOUNDARY = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_ARITHMETIC = frozenset({"+", "-", "*", "/", "%", "<<", ">>", "&", "|", "^"})
_ASSIGNMENT = re.compile(r"(?:[-+*/%&|^]|<<|>>)?=")
_NUMBER = re.compile(r"(0[xX][0-9a-fA-F']+|\d[\d']*)([uUlLzZ]*)")
# Enumerations whose values do not change what is done.
_NAMES_ONLY = frozenset({"Event", "Error", "Mutant", "Rank", "Level", "memory_order", "TraceEvent"})


class Place(enum.Enum):
    """What an expression is there for."""

    VALUE = enum.auto()
    TRUTH = enum.auto()     # its truth as a whole has mutants already
    OPERAND = enum.auto()   # of an operator that has mutants: a literal needs none of its own


def truth(finder: Finder, node: Node, always: bool = True, never: bool = True) -> None:
    """A truth value: constantly true, constantly false, and what it is made of."""
    core = peel(node)
    while core.kind is Kind.PARENTHESES and core.children:
        core = peel(core.children[0])
    if finder.has_switch(node):
        return visit(finder, node, Place.TRUTH)
    parts = operands(finder.source, core)
    operator = parts[1] if parts else ""
    if node.plain and core.kind is not Kind.BOOLEAN:
        # Each side of && and || is left out further down, which is the finer change.
        if always and operator != "&&":
            finder.add(node.start, node.end, Form.TRUTH, Class.COMPARISON, "true", "true")
        if never and operator != "||":
            finder.add(node.start, node.end, Form.TRUTH, Class.COMPARISON, "false", "false")
    visit(finder, node, Place.TRUTH)


def visit(finder: Finder, node: Node, place: Place = Place.VALUE) -> None:
    """Finds what is in an expression."""
    core = peel(node)
    if not core.plain:
        return _inside(finder, core)
    if core.kind is Kind.LAMBDA:
        return finder.lambda_body(core)
    if parts := operands(finder.source, core):
        return _binary(finder, core, parts, place)
    action = _ACTIONS.get(core.kind, _other)
    action(finder, core, place)


def _inside(finder: Finder, node: Node) -> None:
    """What was written as a macro's argument."""
    for child in node.children:
        if child.is_expression and child.plain:
            visit(finder, child)
        else:
            _inside(finder, child)


def _other(finder: Finder, node: Node, _place: Place) -> None:
    for child in node.children:
        if child.is_expression:
            visit(finder, child)


def _nothing(_finder: Finder, _node: Node, _place: Place) -> None:
    pass


# --- operators -----------------------------------------------------------------------------------


def _binary(finder: Finder, node: Node, parts: tuple[Node, str, Node], place: Place) -> None:
    left, operator, right = parts
    text = finder.source
    if operator in ("&&", "||"):
        for side in (left, right):
            # Of a && b && c the left side is two: each of them is left out on its own.
            if not finder.has_switch(node) and not (side is left and _operator_of(finder, left) == operator):
                other = right if side is left else left
                finder.add(node.start, node.end, Form.TRUTH, Class.COMPARISON, text.of(other), text.of(other))
            visit(finder, side, Place.TRUTH)
        return
    if operator in _OPPOSITE:
        if operator in _BOUNDARY:
            _replace_operator(finder, node, parts, _BOUNDARY[operator], Class.BOUND)
        if place is Place.VALUE:
            _replace_operator(finder, node, parts, _OPPOSITE[operator], Class.COMPARISON)
    elif operator in _ARITHMETIC:
        _leave_out(finder, node, parts)
    elif _ASSIGNMENT.fullmatch(operator):
        for child in peel(left).children:
            if child.is_expression:
                visit(finder, child)
        return assigned(finder, right)
    for side in (left, right):
        visit(finder, side, Place.OPERAND)


def assigned(finder: Finder, node: Node) -> None:
    """What is stored somewhere; a truth value is made constant as well."""
    if node.type == "bool" and peel(node).kind is not Kind.BOOLEAN:
        truth(finder, node)
    else:
        visit(finder, node)


def _operator_of(finder: Finder, node: Node) -> str:
    parts = operands(finder.source, peel(node))
    return parts[1] if parts else ""


def _replace_operator(finder: Finder, node: Node, parts: tuple[Node, str, Node], operator: str, found: Class) -> None:
    left, _, right = (finder.source.of(part) if isinstance(part, Node) else part for part in parts)
    finder.add(node.start, node.end, Form.VALUE, found, f"{left} {operator} {right}", f"({left}) {operator} ({right})")


def _bare(type_name: str) -> str:
    return re.sub(r"\bconst\b|&|\s", "", type_name)


def _leave_out(finder: Finder, node: Node, parts: tuple[Node, str, Node]) -> None:
    """One side alone in the place of both."""
    left, operator, right = parts
    for side in (left, right) if operator == "|" else (left,):
        known = "dependent" not in side.type + node.type
        simple = re.fullmatch(r"[\w ]+", _bare(side.type)) and re.fullmatch(r"[\w ]+", _bare(node.type))
        if known and not simple and _bare(side.type) != _bare(node.type):
            continue  # end - begin is no pointer
        found = Class.BOUND if operator in ("+", "-") else Class.FLAG if operator in ("|", "&") else Class.OTHER
        text = finder.source.of(side)
        finder.add(node.start, node.end, Form.VALUE, found, text, text)


def _unary(finder: Finder, node: Node, place: Place) -> None:
    inner = node.children[0]
    operator = finder.source.text[node.start:inner.start].strip()
    if operator == "!" and place is Place.VALUE and not finder.has_switch(node):
        finder.add(node.start, node.end, Form.TRUTH, Class.COMPARISON, finder.source.of(inner), finder.source.of(inner))
    if operator == "~":
        finder.add(node.start, node.end, Form.VALUE, Class.FLAG, finder.source.of(inner), finder.source.of(inner))
    if operator not in ("++", "--", "-"):
        visit(finder, inner, Place.TRUTH if operator == "!" else Place.VALUE)


def _conditional(finder: Finder, node: Node, _place: Place) -> None:
    condition, first, second = node.children
    truth(finder, condition)
    for side in (second,) if finder.is_fault(condition) else (first, second):
        # An enumerator on either side is the other one's replacement.
        visit(finder, side, Place.OPERAND if peel(side).kind is Kind.DECLARATION_REFERENCE else Place.VALUE)


# --- leaves --------------------------------------------------------------------------------------


def _number(finder: Finder, node: Node, place: Place) -> None:
    match = _NUMBER.fullmatch(finder.source.of(node))
    if place is Place.OPERAND or not match:
        return
    value = int(match[1].replace("'", ""), 0 if match[1][:2].lower() == "0x" else 10) + 1
    larger = (f"{value:#x}" if match[1][:2].lower() == "0x" else str(value)) + match[2]
    finder.add(node.start, node.end, Form.VALUE, Class.BOUND, larger, larger)


def _boolean(finder: Finder, node: Node, place: Place) -> None:
    if place is Place.VALUE:
        other = "false" if finder.source.of(node) == "true" else "true"
        finder.add(node.start, node.end, Form.VALUE, Class.FLAG, other, other)


def _reference(finder: Finder, node: Node, place: Place) -> None:
    target = node.referenced
    if place is not Place.VALUE or target is None or target.kind is not Kind.ENUM_CONSTANT:
        return
    enumeration = target.parent
    if enumeration is None or enumeration.name in _NAMES_ONLY:
        return
    names = [child.name for child in enumeration.children if child.kind is Kind.ENUM_CONSTANT]
    if len(names) < 2:
        return
    text = finder.source.of(node)
    other = text[:len(text) - len(target.name)] + names[(names.index(target.name) + 1) % len(names)]
    finder.add(node.start, node.end, Form.VALUE, classes.of_enumerator(text), other, other)


def _member(finder: Finder, node: Node, _place: Place) -> None:
    for child in node.children[:1]:
        if child.is_expression and child.end < node.end:
            visit(finder, child)


# --- calls ---------------------------------------------------------------------------------------


def _call(finder: Finder, node: Node, _place: Place) -> None:
    text = finder.source
    written = callee(text, node)
    if finder.is_said(node) or re.search(r"(^|::)mutant$", written):
        return
    given = arguments(text, node) if written else [child for child in node.children if child.is_expression]
    if re.search(r"(\.|->)with$", written) and len(given) == 1:
        access = text.text[node.start:given[0].start]
        owner = re.sub(r"(\.|->)\s*with\s*\(\s*$", r"\1unlocked()", access)
        call = f"({text.of(given[0])})({owner})"
        finder.add(node.start, node.end, Form.VALUE, Class.LOCK, "without the lock", call)
    elif re.search(r"(^|::)(min|max)(<.*>)?$", written) and len(given) == 2:
        # The cast is to the type of the call: the two may differ, as 0 and a size do.
        kind = f"static_cast<std::remove_cvref_t<decltype({text.of(node)})>>"
        for argument in given:
            finder.add(node.start, node.end, Form.VALUE, Class.BOUND, text.of(argument),
                       f"{kind}({text.of(argument)})")
    elif re.search(r"(^|::)exchange$", written) and len(given) == 2:
        kind = f"std::remove_cvref_t<decltype({text.of(node)})>"
        finder.add(node.start, node.end, Form.VALUE, classes.of_store(text.of(given[0])),
                   f"{text.of(given[0])}, without the store", f"{kind}({text.of(given[0])})")
    if written and node.children[0].is_expression and node.children[0] not in given:
        visit(finder, node.children[0])
    for argument in given:
        visit(finder, argument)


_ACTIONS = {
    Kind.UNARY: _unary, Kind.CONDITIONAL: _conditional, Kind.INTEGER: _number, Kind.BOOLEAN: _boolean,
    Kind.DECLARATION_REFERENCE: _reference, Kind.MEMBER_ACCESS: _member, Kind.CALL: _call,
    Kind.SIZE_OF: _nothing, Kind.REQUIRES: _nothing, Kind.THROW: _nothing, Kind.STATEMENT_EXPRESSION: _nothing,
}
