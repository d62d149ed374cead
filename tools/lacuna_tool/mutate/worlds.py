# SPDX-License-Identifier: MIT
"""The two programs that hold mutants, the host's tests and the kernel: how their objects are compiled and linked."""

import functools
import json
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

from lacuna_tool import paths
from lacuna_tool.errors import UserError

RUNTIME = Path(__file__).parent / "runtime"
_TARGETS = {"host": "lacuna-tests", "kernel": "lacuna.elf"}
# Whose flags the run-time part is compiled with, in either world.
_LIKE = "mm/frame.cpp"


@dataclass(frozen=True)
class Command:
    """How one source becomes an object: words for the compiler, without source and output."""

    source: Path
    object: str  # relative to the build tree, as the link names it
    words: tuple[str, ...]


class World:
    """A build tree of CMake's, up to date."""

    def __init__(self, name: str):
        self.name = name
        self.tree = paths.build_dir(name)

    @functools.cached_property
    def commands(self) -> dict[str, Command]:
        """By object, what the program is linked from."""
        linked = set(self._link_words())
        found = {}
        for entry in json.loads((self.tree / "compile_commands.json").read_text()):
            words = shlex.split(entry["command"])
            name = words[words.index("-o") + 1]
            if name in linked and entry["file"].endswith(".cpp"):
                found[name] = Command(Path(entry["file"]), name, _bare(words))
        return found

    @functools.cached_property
    def sources(self) -> dict[str, Command]:
        """By the source's path in the repository."""
        return {str(command.source.relative_to(paths.ROOT)): command for command in self.commands.values()
                if command.source.is_relative_to(paths.ROOT)}

    @functools.cached_property
    def headers(self) -> dict[str, tuple[str, ...]]:
        """What of ours each object was compiled from, by object: paths in the repository."""
        output = subprocess.run(["ninja", "-C", str(self.tree), "-t", "deps"], capture_output=True, text=True).stdout
        ours = f"{paths.ROOT}/"
        found: dict[str, tuple[str, ...]] = {}
        for block in output.split("\n\n"):
            first, *files = block.strip().split("\n")
            name = first.split(": #deps")[0].strip()
            if name in self.commands:
                found[name] = tuple(path[len(ours):] for path in map(str.strip, files)
                                    if path.startswith(ours) and not path.startswith(f"{ours}build/"))
        return found

    def users(self, path: str) -> list[Command]:
        """What is compiled from a file, the source itself and its own test first."""
        users = [self.commands[name] for name, files in self.headers.items() if path in files]
        stem = path.rsplit(".", 1)[0]
        return sorted(users, key=lambda one: not str(one.source).startswith(f"{paths.ROOT}/{stem}"))

    @property
    def runtime(self) -> tuple[Path, Command]:
        """The part that knows whose turn it is, and a source whose flags suit it."""
        return RUNTIME / f"{self.name}.cpp", self.sources[_LIKE]

    def _link_words(self) -> list[str]:
        command = subprocess.run(["ninja", "-C", str(self.tree), "-t", "commands", _TARGETS[self.name]],
                                 capture_output=True, text=True).stdout.strip().split("\n")[-1]
        words = shlex.split(command)
        if words[:2] != [":", "&&"]:
            raise UserError(f"ninja does not say how {_TARGETS[self.name]} is linked; build the preset {self.name} anew")
        words = words[2:]
        return words[:words.index("&&")] if "&&" in words else words

    def link(self, replaced: dict[str, Path], more: list[str], output: Path) -> None:
        """Links the program with other objects in the places of some."""
        words = [str(replaced.get(word, word)) for word in self._link_words()]
        words[words.index("-o") + 1] = str(output)
        result = subprocess.run(words + more, cwd=self.tree, capture_output=True, text=True)
        if result.returncode != 0:
            raise UserError(f"the {self.name} program with mutants does not link:", result.stderr[-4000:])


def _bare(words: list[str]) -> tuple[str, ...]:
    """Without source, output, warnings and what a debugger needs: none of it changes what the program does."""
    kept, skip = [], False
    for word in words:
        if skip or word in ("-o", "-c"):
            skip = not skip
        elif not (word.startswith("-W") and not word.startswith("-Wl,") or word.startswith("-g")):
            kept.append(word)
    return tuple(kept)
