# SPDX-License-Identifier: MIT
"""What is kept between runs, in build/mutate: it can all be made again."""

import contextlib
import fcntl
import functools
import hashlib
import os
import threading
from pathlib import Path
from typing import Iterator

from lacuna_tool import paths
from lacuna_tool.console import say


def folder(name: str = "") -> Path:
    path = paths.build_dir("mutate") / name
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextlib.contextmanager
def locked() -> Iterator[None]:
    """Two invocations take turns: programs and results are one for both."""
    with open(folder() / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another `tools/lacuna mutate` to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write(path: Path, content: str | bytes) -> None:
    """Whole or not at all: an interruption leaves what was there."""
    scratch = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    scratch.write_bytes(content.encode() if isinstance(content, str) else content)
    scratch.replace(path)


@functools.cache
def _digest(path: Path, _modified: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def file_digest(path: Path) -> str:
    try:
        return _digest(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return "absent"


# What decides which mutants there are and how they are written.
_FINDING = ("classes", "expressions", "finder", "functions", "libclang", "mutant", "orders", "rewrite", "source",
            "statements", "runtime/lacuna_mutate")


@functools.cache
def tool_digest() -> str:
    """Of the parts of this tool on which the rewritten sources depend."""
    here = Path(__file__).parent
    files = [here / f"{name}{'.hpp' if '/' in name else '.py'}" for name in _FINDING]
    return hashlib.sha256("".join(file_digest(file) for file in files).encode()).hexdigest()
