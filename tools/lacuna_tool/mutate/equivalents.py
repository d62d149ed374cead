# SPDX-License-Identifier: MIT
"""Mutants that change nothing, as the files `mutants.equivalent` beside the code explain them:

    # a comment
    tlb_batch.cpp: TlbBatch::retire: begin() -> left out
        One sentence that says why nothing can tell the difference.

The first line is a file of the folder and a mutant's title, as `tools/lacuna mutate` prints it; the reason is indented.
"""

from dataclasses import dataclass
from pathlib import Path

from lacuna_tool import paths
from lacuna_tool.errors import Exit, UserError
from lacuna_tool.mutate.mutant import Mutant

NAME = "mutants.equivalent"


@dataclass(frozen=True)
class Entry:
    """A mutant that needs no test, and why."""

    path: str  # of the source, in the repository
    title: str
    reason: str
    place: str  # of the entry: file and line


def _wrong(place: str, what: str) -> UserError:
    return UserError(f"{place}: {what}", code=Exit.FAILURE)


def read(text: str, folder: str, name: str) -> list[Entry]:
    """The entries of one file; `folder` is where it lies, `name` what to call it in messages."""
    entries: list[Entry] = []
    head: tuple[str, str, str] | None = None
    reason: list[str] = []

    def close() -> None:
        if head is None:
            return
        if not reason:
            raise _wrong(head[2], "an equivalent mutant needs a reason, indented under it")
        entries.append(Entry(head[0], head[1], " ".join(reason), head[2]))

    for number, line in enumerate(text.splitlines(), 1):
        place = f"{name}:{number}"
        if not line.strip() or line.startswith("#"):
            continue
        if line[0].isspace():
            if head is None:
                raise _wrong(place, "a reason without a mutant above it")
            reason.append(line.strip())
            continue
        close()
        file, separator, title = line.partition(": ")
        if not separator or " -> " not in title or "/" in file:
            raise _wrong(place, "expected `FILE: FUNCTION: TEXT -> CHANGE`")
        head, reason = (f"{folder}/{file}" if folder else file, title.strip(), place), []
    close()
    return entries


def load(folders: set[str]) -> list[Entry]:
    """The entries of these folders of the repository."""
    found = []
    for folder in sorted(folders):
        path = paths.ROOT / folder / NAME
        if path.exists():
            found += read(path.read_text(), folder, f"{folder}/{NAME}")
    return found


def explained(mutants: dict[str, list[Mutant]], entries: list[Entry]) -> dict[str, Entry]:
    """The entries by the key of the mutant that they explain. Each must explain one."""
    by_title = {(mutant.path, mutant.title): mutant for found in mutants.values() for mutant in found}
    result: dict[str, Entry] = {}
    for entry in entries:
        if entry.path not in mutants and (paths.ROOT / entry.path).exists():
            continue  # of a file that is not looked at now
        mutant = by_title.get((entry.path, entry.title))
        if mutant is None:
            raise _wrong(entry.place, f"no such mutant: {Path(entry.path).name}: {entry.title}")
        if mutant.key in result:
            raise _wrong(entry.place, f"explained twice, here and at {result[mutant.key].place}")
        result[mutant.key] = entry
    return result
