# SPDX-License-Identifier: MIT
"""Finds the mutants of a Python source, on Python's own syntax tree: the same changes as in C++ where they make sense."""

import ast
import dataclasses
from collections import Counter
from pathlib import Path

from lacuna_tool.mutate.mutant import Class, Form, Mutant, flat

_BOUNDARY = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">"}
_OPPOSITE = {ast.Lt: ">=", ast.LtE: ">", ast.Gt: "<=", ast.GtE: "<", ast.Eq: "!=", ast.NotEq: "==", ast.In: "not in",
             ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is"}
_QUANTIFIERS = {"any": "all", "all": "any", "min": "max", "max": "min"}
# What only names or describes things.
_DECLARATIONS = (ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal)


class _Finder(ast.NodeVisitor):
    def __init__(self, text: str, path: str):
        self._bytes = text.encode()
        starts = [0]
        for line in self._bytes.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        self._starts = starts
        self._path = path
        self._names: list[str] = []
        self.found: list[Mutant] = []

    # --- places ---

    def _range(self, node: ast.AST) -> tuple[int, int]:
        return (self._starts[node.lineno - 1] + node.col_offset, self._starts[node.end_lineno - 1] + node.end_col_offset)

    def _text(self, node: ast.AST) -> str:
        start, end = self._range(node)
        return self._bytes[start:end].decode()

    def _add(self, node: ast.AST, mutant_class: Class, after: str, text: str | None = None, before: str = "") -> None:
        if not self._names:
            return  # a table, a pattern: what the module is made of
        start, end = self._range(node)
        self.found.append(Mutant(self._path, node.lineno, ".".join(self._names), before or flat(self._text(node)), flat(after),
                                 mutant_class, Form.VALUE, start, end, after if text is None else text))

    # --- where the walk is ---

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._names.append(node.name)
        for statement in node.body:
            self.visit(statement)
        self._names.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        outer, self._names = self._names, []
        for statement in node.body:
            if isinstance(statement, ast.FunctionDef):
                self._names = [node.name]
                self.visit(statement)
        self._names = outer

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self._stored(node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """What is said."""

    # --- statements ---

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return
        self._add(node, Class.OTHER, "left out", "pass")
        self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        # Without one of the stores of __init__ the first use of it ends everything.
        if self._names[-1:] != ["__init__"] and any(isinstance(target, (ast.Attribute, ast.Subscript))
                                                    for target in node.targets):
            self._add(node, Class.OTHER, "left out", "pass")
        self._stored(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._add(node, Class.OTHER, "left out", "pass")
        self._stored(node.value)

    def visit_Delete(self, node: ast.Delete) -> None:
        self._add(node, Class.OTHER, "left out", "pass")

    def visit_Continue(self, node: ast.Continue) -> None:
        self._add(node, Class.COMPARISON, "left out", "pass")

    def visit_If(self, node: ast.If) -> None:
        self._truth(node.test)
        for statement in (*node.body, *node.orelse):
            self.visit(statement)

    def visit_While(self, node: ast.While) -> None:
        self._truth(node.test, always=False)
        self._loop(node)

    def visit_For(self, node: ast.For) -> None:
        self.visit(node.iter)
        self._loop(node)

    def _loop(self, node: ast.While | ast.For) -> None:
        last = node.body[-1]
        if last.lineno > node.lineno and not isinstance(last, (ast.Return, ast.Break, ast.Raise)):
            start, _ = self._range(node.body[0])
            _, end = self._range(last)
            body = self._bytes[start:end].decode()
            head = self._bytes[self._range(node)[0]:start].decode()
            self.found.append(Mutant(self._path, node.lineno, ".".join(self._names), flat(head), "one round", Class.BOUND,
                                     Form.ROUND, start, end, f"{body}\n{' ' * last.col_offset}break"))
        for statement in (*node.body, *node.orelse):
            self.visit(statement)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None:
            self._stored(node.value)

    def _stored(self, value: ast.expr) -> None:
        """A value that is kept or returned: a truth value is made constant as well."""
        if isinstance(value, (ast.Compare, ast.BoolOp)) or isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not):
            self._truth(value)
        else:
            self.visit(value)

    # --- expressions ---

    def _truth(self, node: ast.expr, always: bool = True, never: bool = True) -> None:
        operator = type(node.op) if isinstance(node, ast.BoolOp) else None
        if not isinstance(node, ast.Constant):
            if always and operator is not ast.And:
                self._add(node, Class.COMPARISON, "True")
            if never and operator is not ast.Or:
                self._add(node, Class.COMPARISON, "False")
        self._visit_truth(node)

    def _visit_truth(self, node: ast.expr) -> None:
        """What is in a truth value whose own opposite has a mutant already."""
        if isinstance(node, ast.Compare):
            self._compare(node, opposite=False)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            self._visit_truth(node.operand)
        else:
            self.visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        for left_out in node.values:
            rest = [value for value in node.values if value is not left_out]
            word = " and " if isinstance(node.op, ast.And) else " or "
            self._add(node, Class.COMPARISON, f"without {flat(self._text(left_out))}",
                      f"({word.join(f'({self._text(value)})' for value in rest)})")
            self._visit_truth(left_out)

    def visit_Compare(self, node: ast.Compare) -> None:
        self._compare(node, opposite=True)

    def _compare(self, node: ast.Compare, opposite: bool) -> None:
        if len(node.ops) == 1:
            left, right = self._text(node.left), self._text(node.comparators[0])
            tables = [(_BOUNDARY, Class.BOUND)] + ([(_OPPOSITE, Class.COMPARISON)] if opposite else [])
            for table, found in tables:
                if operator := table.get(type(node.ops[0])):
                    self._add(node, found, f"{left} {operator} {right}", f"(({left}) {operator} ({right}))")
        for side in (node.left, *node.comparators):
            if not isinstance(side, ast.Constant):
                self.visit(side)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._truth(node.test)
        self.visit(node.body)
        self.visit(node.orelse)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self.visit(node.iter)
        for condition in node.ifs:
            self._truth(condition)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        flags = isinstance(node.op, (ast.BitOr, ast.BitAnd))
        for side in (node.left, node.right) if isinstance(node.op, ast.BitOr) else (node.left,):
            if not isinstance(side, ast.JoinedStr) and not (isinstance(side, ast.Constant) and isinstance(side.value, str)):
                self._add(node, Class.FLAG if flags else Class.BOUND, self._text(side), f"({self._text(side)})")
        for side in (node.left, node.right):
            if not isinstance(side, ast.Constant):
                self.visit(side)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, (ast.Not, ast.Invert)):
            self._add(node, Class.COMPARISON, self._text(node.operand), f"({self._text(node.operand)})")
        if not isinstance(node.op, ast.USub):
            self.visit(node.operand)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and (other := _QUANTIFIERS.get(node.func.id)):
            self._add(node.func, Class.COMPARISON, other)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self._add(node, Class.FLAG, str(not node.value))
        elif isinstance(node.value, int):
            self._add(node, Class.BOUND, str(node.value + 1))

    def generic_visit(self, node: ast.AST) -> None:
        if not isinstance(node, _DECLARATIONS):
            super().generic_visit(node)


def find(path: Path, name: str) -> list[Mutant]:
    """The mutants of a file that is called `name`: of what its functions do, not of its tables."""
    finder = _Finder(text := path.read_text(), name)
    finder.visit(ast.parse(text))
    seen: Counter[str] = Counter()
    unique = []
    for mutant in sorted(finder.found, key=lambda one: (one.start, -one.end, one.after)):
        if mutant.before == mutant.after:
            continue
        seen[mutant.key] += 1
        unique.append(dataclasses.replace(mutant, again=seen[mutant.key]))
    return unique


def changed(text: str, mutant: Mutant) -> str:
    """The source with one mutant in it."""
    data = text.encode()
    return (data[:mutant.start] + mutant.text.encode() + data[mutant.end:]).decode()


# --- which tests reach a mutant ----------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Block:
    """Statements that are run together, from one offset to another."""

    start: int
    end: int


class _Blocks(ast.NodeTransformer):
    """Finds the blocks of functions, and lets each say that it is run."""

    def __init__(self, data: bytes, first: int):
        self._starts = [0]
        for line in data.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._first = first
        self._inside = 0
        self.found: list[Block] = []

    def _offset(self, line: int, column: int) -> int:
        return self._starts[line - 1] + column

    def generic_visit(self, node: ast.AST) -> ast.AST:
        self._inside += isinstance(node, ast.FunctionDef)
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(node, name, None)
            if self._inside and isinstance(statements, list) and statements:
                number = self._first + len(self.found)
                self.found.append(Block(self._offset(statements[0].lineno, statements[0].col_offset),
                                        self._offset(statements[-1].end_lineno, statements[-1].end_col_offset)))
                said = ast.parse(f"{SEEN}[{number}] = 1").body[0]
                if isinstance(statements[0], ast.Expr) and isinstance(statements[0].value, ast.Constant):
                    statements.insert(1, said)
                else:
                    statements.insert(0, said)
        super().generic_visit(node)
        self._inside -= isinstance(node, ast.FunctionDef)
        return node


SEEN = "__seen__"


def watched(text: str, first: int) -> tuple[str, list[Block]]:
    """The source whose blocks note in the array SEEN, from `first` on, that they are run; and the blocks."""
    blocks = _Blocks(text.encode(), first)
    tree = blocks.visit(ast.parse(text))
    return ast.unparse(ast.fix_missing_locations(tree)), blocks.found


def block_of(blocks: list[Block], mutant: Mutant) -> int | None:
    """The smallest that the mutant is in, by its place in the list."""
    around = [number for number, block in enumerate(blocks) if block.start <= mutant.start < block.end]
    return min(around, key=lambda number: blocks[number].end - blocks[number].start) if around else None
