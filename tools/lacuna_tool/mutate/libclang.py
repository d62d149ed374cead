# SPDX-License-Identifier: MIT
"""The syntax tree of C++ as libclang sees it: the few calls that are needed, over its C interface (clang-c/Index.h).

Debian's own binding brings 300 MB of headers along and serves one Python only; this needs the library alone.
"""

import ctypes
import enum
import functools
from ctypes import CFUNCTYPE, POINTER, Structure, byref, c_char_p, c_int, c_uint, c_void_p, py_object
from pathlib import Path

from lacuna_tool.errors import UserError

LIBRARY = "libclang-19.so.1"


class Kind(enum.IntEnum):
    """Kinds of nodes that are told apart (CXCursorKind); all others are OTHER."""

    OTHER = 0
    STRUCT = 2
    UNION = 3
    CLASS = 4
    ENUM_CONSTANT = 7
    FUNCTION = 8
    VARIABLE = 9
    METHOD = 21
    NAMESPACE = 22
    LINKAGE = 23
    CONSTRUCTOR = 24
    DESTRUCTOR = 25
    CONVERSION = 26
    FUNCTION_TEMPLATE = 30
    CLASS_TEMPLATE = 31
    PARTIAL_SPECIALISATION = 32
    MEMBER_REFERENCE = 47
    UNEXPOSED = 100
    DECLARATION_REFERENCE = 101
    MEMBER_ACCESS = 102
    CALL = 103
    INTEGER = 106
    PARENTHESES = 111
    UNARY = 112
    BINARY = 114
    COMPOUND_ASSIGNMENT = 115
    CONDITIONAL = 116
    INITIALISER_LIST = 119
    STATEMENT_EXPRESSION = 121
    STATIC_CAST = 124
    BOOLEAN = 130
    THROW = 133
    NEW = 134
    DELETE = 135
    SIZE_OF = 136
    LAMBDA = 144
    REQUIRES = 154
    COMPOUND = 202
    CASE = 203
    DEFAULT = 204
    IF = 205
    SWITCH = 206
    WHILE = 207
    DO = 208
    FOR = 209
    BREAK = 213
    RETURN = 214
    RANGE_FOR = 225
    DECLARATION = 231
    STATIC_ASSERT = 602


FUNCTIONS = frozenset({Kind.FUNCTION, Kind.METHOD, Kind.CONSTRUCTOR, Kind.DESTRUCTOR, Kind.CONVERSION,
                       Kind.FUNCTION_TEMPLATE})
SCOPES = frozenset({Kind.STRUCT, Kind.UNION, Kind.CLASS, Kind.NAMESPACE, Kind.LINKAGE, Kind.CLASS_TEMPLATE,
                    Kind.PARTIAL_SPECIALISATION})
_KINDS = {kind.value: kind for kind in Kind}
_FIRST_EXPRESSION, _LAST_EXPRESSION = 100, 199


class _Cursor(Structure):
    _fields_ = [("kind", c_int), ("xdata", c_int), ("data", c_void_p * 3)]


class _Location(Structure):
    _fields_ = [("pointers", c_void_p * 2), ("number", c_uint)]


class _Range(Structure):
    _fields_ = [("pointers", c_void_p * 2), ("begin", c_uint), ("end", c_uint)]


class _String(Structure):
    _fields_ = [("data", c_void_p), ("flags", c_uint)]


class _Type(Structure):
    _fields_ = [("kind", c_int), ("data", c_void_p * 2)]


_VISIT = CFUNCTYPE(c_int, _Cursor, _Cursor, py_object)
_CONTINUE = 1  # CXChildVisit_Continue
_ERROR = 3  # CXDiagnostic_Error

_SIGNATURES = {
    "clang_createIndex": (c_void_p, [c_int, c_int]),
    "clang_parseTranslationUnit2": (c_int, [c_void_p, c_char_p, POINTER(c_char_p), c_int, c_void_p, c_uint, c_uint,
                                            POINTER(c_void_p)]),
    "clang_disposeTranslationUnit": (None, [c_void_p]),
    "clang_getTranslationUnitCursor": (_Cursor, [c_void_p]),
    "clang_visitChildren": (c_uint, [_Cursor, _VISIT, py_object]),
    "clang_getCursorExtent": (_Range, [_Cursor]),
    "clang_getCursorLocation": (_Location, [_Cursor]),
    "clang_getRangeStart": (_Location, [_Range]),
    "clang_getRangeEnd": (_Location, [_Range]),
    "clang_getFileLocation": (None, [_Location, POINTER(c_void_p), c_void_p, c_void_p, POINTER(c_uint)]),
    "clang_getSpellingLocation": (None, [_Location, POINTER(c_void_p), c_void_p, c_void_p, POINTER(c_uint)]),
    "clang_getFileName": (_String, [c_void_p]),
    "clang_getCString": (c_char_p, [_String]),
    "clang_disposeString": (None, [_String]),
    "clang_getCursorSpelling": (_String, [_Cursor]),
    "clang_getCursorType": (_Type, [_Cursor]),
    "clang_getCanonicalType": (_Type, [_Type]),
    "clang_getTypeSpelling": (_String, [_Type]),
    "clang_getCursorReferenced": (_Cursor, [_Cursor]),
    "clang_getCursorDefinition": (_Cursor, [_Cursor]),
    "clang_getCursorSemanticParent": (_Cursor, [_Cursor]),
    "clang_getNumDiagnostics": (c_uint, [c_void_p]),
    "clang_getDiagnostic": (c_void_p, [c_void_p, c_uint]),
    "clang_getDiagnosticSeverity": (c_int, [c_void_p]),
    "clang_formatDiagnostic": (_String, [c_void_p, c_uint]),
}


@functools.cache
def _library() -> ctypes.CDLL:
    for name in (LIBRARY, f"/usr/lib/llvm-19/lib/{LIBRARY}"):
        try:
            library = ctypes.CDLL(name)
            break
        except OSError:
            continue
    else:
        raise UserError(f"{LIBRARY} cannot be loaded; install it as root: apt-get install libclang1-19")
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def _text(string: _String) -> str:
    raw = _library().clang_getCString(string)
    text = raw.decode(errors="replace") if raw else ""
    _library().clang_disposeString(string)
    return text


def _children(cursor: _Cursor) -> list[_Cursor]:
    found: list[_Cursor] = []

    def visit(child: _Cursor, _parent: _Cursor, _data: object) -> int:
        found.append(_Cursor.from_buffer_copy(child))
        return _CONTINUE

    _library().clang_visitChildren(cursor, _VISIT(visit), None)
    return found


def _place(location: _Location, spelling: bool) -> tuple[int, int]:
    """File (as libclang's handle, 0 for none) and offset in bytes."""
    file, offset = c_void_p(), c_uint()
    call = _library().clang_getSpellingLocation if spelling else _library().clang_getFileLocation
    call(location, byref(file), None, None, byref(offset))
    return file.value or 0, offset.value


class Node:
    """A piece of the tree. `start` and `end` are offsets in bytes; `plain` says that its text stands there as it is and is
    not a macro's."""

    def __init__(self, cursor: _Cursor):
        library = _library()
        self._cursor = cursor
        self.kind = _KINDS.get(cursor.kind, Kind.OTHER)
        self.is_expression = _FIRST_EXPRESSION <= cursor.kind <= _LAST_EXPRESSION
        extent = library.clang_getCursorExtent(cursor)
        first, last = library.clang_getRangeStart(extent), library.clang_getRangeEnd(extent)
        begin, finish = _place(first, False), _place(last, False)
        self.file, self.start, self.end = begin[0], begin[1], finish[1]
        self.plain = begin == _place(first, True) and finish == _place(last, True)

    @functools.cached_property
    def children(self) -> list["Node"]:
        return [Node(child) for child in _children(self._cursor)]

    @functools.cached_property
    def name(self) -> str:
        return _text(_library().clang_getCursorSpelling(self._cursor))

    @functools.cached_property
    def type(self) -> str:
        """Its type without aliases, as C++ spells it."""
        own = _library().clang_getCursorType(self._cursor)
        return _text(_library().clang_getTypeSpelling(_library().clang_getCanonicalType(own)))

    @functools.cached_property
    def referenced(self) -> "Node | None":
        """The declaration that it names or calls."""
        target = _library().clang_getCursorReferenced(self._cursor)
        return Node(target) if target.kind and not 70 <= target.kind < 100 else None

    @functools.cached_property
    def named_at(self) -> int:
        """The offset of the name that a declaration declares."""
        return _place(_library().clang_getCursorLocation(self._cursor), False)[1]

    @property
    def definition(self) -> "Node | None":
        """The body of the function that it declares or calls, if this unit has it."""
        target = _library().clang_getCursorDefinition(self._cursor)
        return Node(target) if target.kind and not 70 <= target.kind < 100 else None

    @property
    def parent(self) -> "Node | None":
        """The declaration that this declaration is a member of."""
        owner = _library().clang_getCursorSemanticParent(self._cursor)
        return Node(owner) if owner.kind else None

    @property
    def qualified_name(self) -> str:
        """`Class::member` or `namespace::function`: the last two parts of it."""
        owner = self.parent
        return f"{owner.name}::{self.name}" if owner and owner.name and "/" not in owner.name else self.name

    def walk(self):
        """This node and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


class TranslationUnit:
    """A source file with all that it includes."""

    def __init__(self, source: Path, arguments: list[str], folder: Path):
        words = [word.encode() for word in ["-working-directory", str(folder), *arguments]]
        unit = c_void_p()
        index = _shared_index()
        status = _library().clang_parseTranslationUnit2(index, str(source).encode(), (c_char_p * len(words))(*words),
                                                        len(words), None, 0, 0, byref(unit))
        if status != 0:
            raise UserError(f"libclang cannot read {source} (error {status})")
        self._unit = unit
        self.root = Node(_library().clang_getTranslationUnitCursor(unit))

    def close(self) -> None:
        _library().clang_disposeTranslationUnit(self._unit)

    def errors(self) -> list[str]:
        """What does not compile."""
        found = []
        for number in range(_library().clang_getNumDiagnostics(self._unit)):
            diagnostic = _library().clang_getDiagnostic(self._unit, number)
            if _library().clang_getDiagnosticSeverity(diagnostic) >= _ERROR:
                found.append(_text(_library().clang_formatDiagnostic(diagnostic, 1)))
        return found


@functools.cache
def _shared_index() -> c_void_p:
    return c_void_p(_library().clang_createIndex(0, 0))


def file_name(node: Node) -> str:
    return _text(_library().clang_getFileName(c_void_p(node.file))) if node.file else ""
