# SPDX-License-Identifier: MIT
"""Machines that answer as they did once: what a system test asks of a booted machine is written down, files included, and
answered from there later, without a machine.

What is written is a tree: an answer is found by all that was asked before it. A question that was never asked at this point,
as when broken code takes one more dump, gets the last answer that the same question got before.
"""

import contextlib
import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Callable, Iterator

_PLAIN = (str, int, float, bool, type(None), list, dict, tuple)


class NotRecorded(Exception):
    """There is no answer: the test asks what it never asked."""


def _known(value: object) -> object:
    """An argument as it is from run to run: a path in a scratch folder is another each time."""
    if isinstance(value, Path) or isinstance(value, str) and value.startswith("/"):
        return "a path"
    if isinstance(value, dict):
        return {key: _known(each) for key, each in sorted(value.items())}
    return [_known(each) for each in value] if isinstance(value, (list, tuple)) else value


def _paths(arguments: object) -> list[Path]:
    values = arguments.values() if isinstance(arguments, dict) else arguments
    return [Path(value) for value in values if isinstance(value, Path) or isinstance(value, str) and value.startswith("/")]


class Session:
    """What has been asked of one machine so far, and where its answers are."""

    def __init__(self, folder: Path, opened: object):
        self._folder = folder
        self._history = json.dumps(_known(opened), sort_keys=True, default=str)
        self._given: dict[str, dict] = {}

    def _next(self, question: list) -> tuple[Path, str]:
        asked = json.dumps(_known(question), sort_keys=True, default=str)
        self._history = hashlib.sha256(f"{self._history}\n{asked}".encode()).hexdigest()
        return self._folder / f"{self._history[:32]}.json", asked

    def record(self, question: list, kind: str, answer: object, made: list[Path]) -> None:
        """Writes down an answer and the files that came with it."""
        place, _ = self._next(question)
        files = []
        for number, path in enumerate(made):
            copy = place.with_suffix(f".{number}")
            # Most of a machine's memory is zero.
            subprocess.run(["cp", "--sparse=always", str(path), str(copy)], check=True)
            files.append(copy.name)
        place.write_text(json.dumps({"kind": kind, "answer": answer, "files": files}))

    def answer(self, question: list, into: list[Path]) -> object:
        """The answer, with its files put where they were asked for."""
        place, asked = self._next(question)
        if place.exists():
            self._given[asked] = json.loads(place.read_text())
        if asked not in self._given:
            raise NotRecorded(asked[:200])
        for name, path in zip(self._given[asked]["files"], into):
            path.unlink(missing_ok=True)
            path.symlink_to(self._folder / name)
        return self._given[asked]["answer"]


class _Watched:
    """Stands before a machine's part and writes down what it answers."""

    def __init__(self, session: Session, kinds: "Kinds", where: str, target: object):
        self._session, self._kinds, self._where, self._target = session, kinds, where, target

    def __getattr__(self, name: str) -> object:
        where, value = f"{self._where}.{name}", getattr(self._target, name)
        if callable(value):
            self._kinds.note(where, "call")
            return lambda *arguments, **named: self._call(where, value, arguments, named)
        if isinstance(value, _PLAIN):
            self._kinds.note(where, "value")
            self._session.record([where], "value", value, [])
            return value
        self._kinds.note(where, "part")
        return _Watched(self._session, self._kinds, where, value)

    def _call(self, where: str, function: Callable, arguments: tuple, named: dict) -> object:
        answer = function(*arguments, **named)
        made = [path for path in _paths(arguments) + _paths(named) if path.is_file()]
        self._session.record([where, arguments, named], "call", answer, made)
        return answer


class _Played:
    """Answers in a machine's place."""

    def __init__(self, session: Session, kinds: "Kinds", where: str):
        self._session, self._kinds, self._where = session, kinds, where

    def __getattr__(self, name: str) -> object:
        where = f"{self._where}.{name}"
        kind = self._kinds.of(where)
        if kind == "part":
            return _Played(self._session, self._kinds, where)
        if kind == "value":
            return self._session.answer([where], [])
        return lambda *arguments, **named: self._session.answer([where, arguments, named],
                                                               _paths(arguments) + _paths(named))


class Kinds:
    """Of each name that was used: whether it is called, is a value, or has parts."""

    def __init__(self, folder: Path):
        self._path = folder / "kinds"
        self._known = json.loads(self._path.read_text()) if self._path.exists() else {}

    def note(self, where: str, kind: str) -> None:
        if self._known.get(where) != kind:
            self._known[where] = kind
            self._path.write_text(json.dumps(self._known))

    def of(self, where: str) -> str:
        if where not in self._known:
            raise NotRecorded(where)
        return self._known[where]


def recorder(folder: Path, console: Callable) -> Callable:
    """`console` that writes down what its machines answer."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    kinds = Kinds(folder)

    @contextlib.contextmanager
    def recorded(*arguments: object, **named: object) -> Iterator[_Watched]:
        with console(*arguments, **named) as machine:
            yield _Watched(Session(folder, [arguments, named]), kinds, "machine", machine)
    return recorded


def player(folder: Path) -> Callable:
    """What answers in the place of `console`."""
    kinds = Kinds(folder)

    @contextlib.contextmanager
    def played(*arguments: object, **named: object) -> Iterator[_Played]:
        yield _Played(Session(folder, [arguments, named]), kinds, "machine")
    return played
