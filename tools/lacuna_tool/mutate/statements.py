# SPDX-License-Identifier: MIT
"""Mutants of statements: calls and stores that are left out, guards that are not made, branches, loops, returns."""

import re

from lacuna_tool.mutate import classes, expressions, orders
from lacuna_tool.mutate.expressions import Place
from lacuna_tool.mutate.finder import Finder
from lacuna_tool.mutate.libclang import Kind, Node
from lacuna_tool.mutate.mutant import Class, Form, flat
from lacuna_tool.mutate.source import callee, operands, peel

# In `text` of a mutant: where its number is asked for.
CHOSEN = "\0"
_FIXED = re.compile(r"(static|constexpr|constinit|thread_local|using|typedef|struct|class|enum)\b|static_assert\b")
_ERROR = re.compile(r"((kernel::)?fail|(std::)?unexpected)\s*\(")


def visit(finder: Finder, node: Node) -> None:
    """Finds what is in a statement and below it."""
    if node.is_expression:
        _expression(finder, node)
    else:
        _ACTIONS.get(node.kind, _other)(finder, node)


def _other(finder: Finder, node: Node) -> None:
    """A label or an attribute, and the statement behind it."""
    for child in node.children:
        visit(finder, child)


def _nothing(_finder: Finder, _node: Node) -> None:
    pass


def _block(finder: Finder, node: Node) -> None:
    for child in node.children:
        if child.kind is Kind.DECLARATION:
            _declaration(finder, child, finder.source.text[child.end:node.end])
        else:
            visit(finder, child)
    orders.find(finder, node.children)


def _case(finder: Finder, node: Node) -> None:
    visit(finder, node.children[-1])  # before it the label


# --- what stands for its effect ------------------------------------------------------------------


def effect(finder: Finder, node: Node) -> tuple[Class, bool] | None:
    """The class of what an expression statement does, and whether it is a call; None if nothing that matters."""
    if not node.plain:
        written = re.match(r"TRY\s*\(", finder.source.of(node))
        if not written:
            return None
        inner = finder.source.text[node.start + len(written[0]):node.end]
        return classes.of_call(re.split(r"[(\s]", inner)[0], ""), True
    core = peel(node)
    parts = operands(finder.source, core)
    if parts and re.search(r"(?<![=!<>])=$", parts[1]):
        return classes.of_store(finder.source.of(parts[0])), False
    if core.kind is Kind.UNARY or core.name in ("operator++", "operator--"):
        return Class.OTHER, False
    if core.kind is Kind.CALL:
        if finder.is_said(core):
            return None
        target = core.referenced
        return classes.of_call(callee(finder.source, core), target.qualified_name if target else ""), True
    return (Class.CLEAN_UP, True) if core.kind in (Kind.DELETE, Kind.NEW) else None


def _expression(finder: Finder, node: Node) -> None:
    end = finder.source.statement_end(node)
    found = effect(finder, node)
    if found and end:
        finder.add(node.start, end, Form.STATEMENT, found[0], "left out", before=flat(finder.source.of(node)))
    if node.plain and found is None and peel(node).kind is Kind.CALL:
        return  # an assertion, a counter, a message
    expressions.visit(finder, node)


def _declaration(finder: Finder, node: Node, rest: str = "") -> None:
    """Variables; `rest` is what follows in their scope."""
    if _FIXED.match(finder.source.of(node)):
        return
    variables = [child for child in node.children if child.kind is Kind.VARIABLE]
    if len(variables) == 1 and rest and not re.search(rf"\b{re.escape(variables[0].name)}\b", rest):
        _guard(finder, node, variables[0])
    for child in node.children:
        for value in child.children:
            if not value.is_expression or child.kind is Kind.VARIABLE and value.end <= child.named_at:
                continue
            if value.start <= child.named_at < value.end:
                value_start = peel(value)  # a constructor call covers the name too
                for argument in value_start.children:
                    if argument.is_expression and argument.start > child.named_at:
                        expressions.visit(finder, argument)
            else:
                expressions.assigned(finder, value)


def _guard(finder: Finder, node: Node, variable: Node) -> None:
    """A variable that nobody names is there for its constructor and destructor."""
    text = finder.source.text
    if re.fullmatch(r"(const )?[\w ]*(int|long|char|bool|float|double)|.*[&*]", variable.type):
        return
    written = re.sub(r"\b(const|\[\[maybe_unused\]\])\s+", "", text[node.start:variable.named_at]).strip()
    begin = variable.named_at + len(variable.name)
    initialiser = text[begin:variable.end].strip()
    if initialiser.startswith("="):
        made = initialiser[1:]
    elif initialiser[:1] in ("(", "{"):
        made = f"{written}{initialiser}"
    else:
        made = f"{written}()"
    finder.add(node.start, node.end, Form.GUARD, classes.of_guard(written + made), "left out",
               f"const ::lacuna_mutate::Unless {variable.name}({CHOSEN}, [&] {{ return {made}; }});")


# --- branches and loops --------------------------------------------------------------------------


def _leaves(branch: Node) -> bool:
    """Whether a branch does something and then returns: cleaning up, mostly."""
    return branch.kind is Kind.COMPOUND and len(branch.children) > 1 and branch.children[-1].kind is Kind.RETURN


def _if(finder: Finder, node: Node) -> None:
    head = 0
    declared = None
    while head < len(node.children) and node.children[head].kind in (Kind.DECLARATION, Kind.VARIABLE):
        if node.children[head].kind is Kind.VARIABLE:
            declared = node.children[head]
        _declared_in_head(finder, node.children[head])
        head += 1
    if head >= len(node.children):
        return
    condition, *branches = node.children[head:]
    if not re.match(r"if\s+constexpr", finder.source.of(node)) and not (len(branches) == 1 and finder.only_says(branches[0])):
        if declared is None:
            expressions.truth(finder, condition)
        elif not any(child.kind is Kind.DECLARATION for child in node.children[:head]):
            finder.add(declared.start, declared.end, Form.DECLARED, Class.COMPARISON, "false",
                       f"false : static_cast<bool>({declared.name})")
    for branch in branches[1 if finder.is_fault(condition) else 0:]:
        leaving, finder.leaving = finder.leaving, finder.leaving or _leaves(branch)
        visit(finder, branch)
        finder.leaving = leaving


def _declared_in_head(finder: Finder, node: Node) -> None:
    if node.kind is Kind.DECLARATION:
        return _declaration(finder, node)
    for value in node.children:
        if value.is_expression and value.start > node.named_at:
            expressions.visit(finder, value)


def _round(finder: Finder, node: Node, body: Node) -> None:
    """The loop ends after its first round."""
    end = body.end
    if body.kind is not Kind.COMPOUND:
        end = finder.source.statement_end(body) if finder.source.text[body.end - 1] not in ";}" else body.end
    if not end:
        return
    head = flat(finder.source.text[node.start:body.start])
    if not (body.kind is Kind.COMPOUND and body.children and body.children[-1].kind in (Kind.RETURN, Kind.BREAK)):
        finder.add(body.start, end, Form.ROUND, Class.BOUND, "one round", before=head)
    visit(finder, body)


def _while(finder: Finder, node: Node) -> None:
    *head, body = node.children
    if head and head[0].kind is Kind.VARIABLE:
        _declared_in_head(finder, head[0])
    elif head:
        expressions.truth(finder, head[0], always=False)
    _round(finder, node, body)


def _do(finder: Finder, node: Node) -> None:
    body, condition = node.children
    expressions.visit(finder, condition, Place.TRUTH)
    _round(finder, node, body)


def _for(finder: Finder, node: Node) -> None:
    first, second = _semicolons(finder.source.text, node.start)
    *head, body = node.children
    for child in head:
        if child.kind is Kind.DECLARATION:
            _declaration(finder, child)
        elif first < child.start < second and child.is_expression:
            expressions.truth(finder, child, always=False)
    _round(finder, node, body)


def _semicolons(text: str, start: int) -> tuple[int, int]:
    """Where the two of a loop's head are."""
    depth, found, position = 0, [], text.index("(", start)
    while len(found) < 2:
        position += 1
        character = text[position]
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif character == ";" and depth == 0:
            found.append(position)
    return found[0], found[1]


def _range_for(finder: Finder, node: Node) -> None:
    *head, body = node.children
    for child in head:
        if child.is_expression:
            expressions.visit(finder, child)
    _round(finder, node, body)


def _switch(finder: Finder, node: Node) -> None:
    *head, body = node.children
    for child in head:
        if child.is_expression:
            expressions.visit(finder, child, Place.OPERAND)
    visit(finder, body)


def _return(finder: Finder, node: Node) -> None:
    if not node.children:
        return
    value = node.children[0]
    text = finder.source.of(value)
    end = finder.source.statement_end(node)
    if value.type == "void" and value.plain:
        found = effect(finder, value)
        if found and end:
            finder.add(node.start, end, Form.RETURN, found[0], "left out", "return;", before=flat(text))
        return expressions.visit(finder, value)
    if _ERROR.match(text):
        if end:
            finder.add(node.start, end, Form.RETURN, Class.OTHER, "return {}", "return {};")
        return
    if value.type == "bool":
        if peel(value).kind is Kind.BOOLEAN:
            return expressions.visit(finder, value)
        return expressions.truth(finder, value)
    expressions.visit(finder, value)


_ACTIONS = {
    Kind.COMPOUND: _block, Kind.CASE: _case, Kind.IF: _if, Kind.WHILE: _while, Kind.DO: _do, Kind.FOR: _for,
    Kind.RANGE_FOR: _range_for, Kind.SWITCH: _switch, Kind.RETURN: _return, Kind.DECLARATION: _declaration,
    Kind.STATIC_ASSERT: _nothing,
}
