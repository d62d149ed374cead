# SPDX-License-Identifier: MIT
"""What is found in a C++ source, and where the walk through it is."""

import dataclasses
import re
from collections import Counter
from typing import Callable

from lacuna_tool.mutate.libclang import Kind, Node
from lacuna_tool.mutate.mutant import Class, Form, Mutant, flat
from lacuna_tool.mutate.source import Source, callee

# What is said and counted is not what the kernel does; assertions are checks, not code that needs one.
_SAID = re.compile(r"(^|::|\.|->)(ensure\w*|count|count_maximum|panic|panic_at|print|write|check_may_sleep|pause|unreachable)$|"
                   r"(^|::)log::\w+$|(^|::)static_assert$")
_SWITCH = re.compile(r"\bmutant\(|\bchecks_assertions\b")
_NOT = re.compile(r"!\s*(kernel::)?mutant\(")


class Finder:
    """What has been found in one file, and where the walk is."""

    def __init__(self, source: Source, path: str, visit_body: "Callable[[Finder, Node], None]"):
        self.source = source
        self.path = path
        self._visit_body = visit_body
        self.function = ""
        self.while_compiling = False  # in a constexpr function
        self.leaving = False  # in a branch that ends with a return
        self._found: list[Mutant] = []

    def add(self, start: int, end: int, form: Form, mutant_class: Class, after: str, text: str = "",
            before: str = "") -> None:
        """Notes a mutant: what stands from `start` to `end` becomes `text`, of which `after` tells the reader."""
        if self.leaving and mutant_class is Class.OTHER and form is Form.STATEMENT:
            mutant_class = Class.CLEAN_UP
        self._found.append(Mutant(self.path, self.source.line(start), self.function,
                                  before or flat(self.source.text[start:end]), flat(after), mutant_class, form, start, end,
                                  text, while_compiling=self.while_compiling))

    def lambda_body(self, node: Node) -> None:
        """Goes into a lambda: what leaves it does not leave the function around it."""
        leaving, self.leaving = self.leaving, False
        for child in node.children:
            if child.kind is Kind.COMPOUND:
                self._visit_body(self, child)
        self.leaving = leaving

    def is_said(self, call: Node) -> bool:
        """Whether the call only asserts, counts or prints."""
        written = callee(self.source, call)
        return bool(_SAID.search(written)) or bool(written) and self._only_asserts(call)

    def _only_asserts(self, call: Node) -> bool:
        if call.type != "void" or call.referenced is None or (definition := call.referenced.definition) is None:
            return False
        bodies = [child for child in definition.children if child.kind is Kind.COMPOUND]
        statements = bodies[0].children if bodies else []
        return bool(statements) and all(
            any(_SAID.search(node.name) for node in statement.walk() if node.kind is Kind.CALL) and
            not any(node.kind in (Kind.RETURN, Kind.COMPOUND_ASSIGNMENT) for node in statement.walk())
            and statement.is_expression for statement in statements)

    def has_switch(self, node: Node) -> bool:
        """Whether a deliberate fault of the kernel's own decides here, or whether assertions are checked."""
        return bool(_SWITCH.search(self.source.of(node)))

    def is_fault(self, condition: Node) -> bool:
        """Whether what the condition leads to is only done on purpose: a deliberate fault, or a check."""
        return self.has_switch(condition) and not _NOT.search(self.source.of(condition))

    def only_says(self, branch: Node) -> bool:
        """Whether a branch only asserts, counts or prints."""
        steps = branch.children if branch.kind is Kind.COMPOUND else [branch]
        calls = [next((node for node in step.walk() if node.kind is Kind.CALL), None) for step in steps]
        return bool(calls) and all(step.is_expression and call is not None and self.is_said(call)
                                   for step, call in zip(steps, calls))

    def mutants(self) -> list[Mutant]:
        """All, in the order of the text, each once."""
        seen: Counter[str] = Counter()
        unique = []
        for mutant in sorted(self._found, key=lambda one: (one.start, one.form, -one.end, one.after)):
            if mutant.before == mutant.after or (unique and dataclasses.replace(unique[-1], again=1) == mutant):
                continue
            seen[mutant.key] += 1
            unique.append(dataclasses.replace(mutant, again=seen[mutant.key]))
        return unique
