# SPDX-License-Identifier: MIT
"""Builds a program that holds mutants: rewritten sources through an overlay of the file system, so that the commands of
the build tree serve as they are. What was compiled once is kept by what it was compiled from."""

import hashlib
import json
import re
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable

from lacuna_tool import paths
from lacuna_tool.errors import UserError
from lacuna_tool.mutate import store
from lacuna_tool.mutate.limits import Limits
from lacuna_tool.mutate.mutant import Mutant
from lacuna_tool.mutate.rewrite import Rewritten, rewrite
from lacuna_tool.mutate.source import Source
from lacuna_tool.mutate.worlds import RUNTIME, Command, World

# A literal that gave way to a choice is no constant any more; all else the sources are warned of elsewhere.
_FLAGS = ("-w", "-Wno-c++11-narrowing", "-Wno-invalid-constexpr", "-ferror-limit=0", "-fno-caret-diagnostics",
          "-Xclang", "-fno-validate-pch", f"-I{RUNTIME}")
_MESSAGE = re.compile(r"^(.+?):(\d+):(\d+): (error|note|fatal error|warning): (.*)$")
_MOST_ROUNDS = 12
_MOST_OBJECTS = 2000
# Sources that are compiled to see what a static_assert says.
_MOST_LOOKED_AT = 4


@dataclass(frozen=True)
class Mutated:
    """A file and its mutants by number."""

    path: str
    source: Source
    mutants: dict[int, Mutant]

    @property
    def digest(self) -> str:
        """Of what the rewritten file is made from."""
        numbers = f"{min(self.mutants, default=0)} {len(self.mutants)}"
        return hashlib.sha256(f"{self.source.text}\0{numbers}\0{store.tool_digest()}".encode()).hexdigest()


class Builder:
    """Compiles and links one world with the mutants of some files."""

    def __init__(self, world: World, files: Iterable[Mutated]):
        self._world = world
        self._files = {file.path: file for file in files}
        self._folder = store.folder(world.name)
        self._guard = threading.Lock()
        self._record = self._folder / "dropped.json"
        self._dropped: dict[str, set[int]] = self._load_dropped()
        self._digests: dict[str, str] = {}

    # --- what does not compile ---

    def _load_dropped(self) -> dict[str, set[int]]:
        """Numbers by file, from earlier builds of the same text."""
        known = json.loads(self._record.read_text()) if self._record.exists() else {}
        return {path: set(known.get(file.digest, [])) for path, file in self._files.items()}

    def _drop(self, path: str, numbers: Iterable[int]) -> None:
        """Takes mutants out, for good: the objects without them are kept, too."""
        with self._guard:
            self._dropped[path].update(numbers)
            known = json.loads(self._record.read_text()) if self._record.exists() else {}
            known[self._files[path].digest] = sorted(self._dropped[path])
            store.write(self._record, json.dumps(known))

    @property
    def dropped(self) -> set[int]:
        return set().union(*self._dropped.values()) if self._dropped else set()

    # --- compiling ---

    def affected(self) -> list[Command]:
        """What has to be compiled anew: the rewritten sources first, since they tell soonest what does not compile."""
        found = {command.object: command for path in self._files for command in self._world.users(path)}
        own = {str(paths.ROOT / path) for path in self._files}
        return sorted(found.values(), key=lambda command: (str(command.source) not in own, command.object))

    def missing(self) -> int:
        """How many objects there are to compile."""
        return sum(not self._kept(command).exists() for command in self.affected())

    def build(self, output: Path, jobs: int, limits: Limits) -> None:
        """Compiles what is missing and links it to `output`, unless it is there already. Ends early with OutOfTime."""
        commands = self.affected()
        with ThreadPoolExecutor(jobs) as pool:
            objects = dict(pool.map(lambda command: self._object(command, limits), commands))
        source, like = self._world.runtime
        runtime = self._compile_runtime(source, like)
        made_of = hashlib.sha256("\n".join(sorted(map(str, [*objects.values(), runtime]))).encode())
        for command in self._world.commands.values():
            if command.object not in objects:
                made_of.update(str((self._world.tree / command.object).stat().st_mtime_ns).encode())
        stamp = output.with_suffix(".made-of")
        if output.exists() and stamp.exists() and stamp.read_text() == made_of.hexdigest():
            return
        self._world.link(objects, [str(runtime), *LINK_FLAGS[self._world.name]], output)
        store.write(stamp, made_of.hexdigest())
        self._forget_old()

    def _forget_old(self) -> None:
        """Of objects those that were used longest ago."""
        objects = sorted((self._folder / "objects").iterdir(), key=lambda path: path.stat().st_mtime)
        for path in objects[:-_MOST_OBJECTS]:
            path.unlink()

    def _object(self, command: Command, limits: Limits) -> tuple[str, Path]:
        limits.check()
        target = self._kept(command)
        if target.exists():
            target.touch()
        else:
            target.parent.mkdir(exist_ok=True)
            self._compile(command, target)
        return command.object, target

    def _kept(self, command: Command) -> Path:
        return self._folder / "objects" / f"{self._key(command)}.o"

    def _key(self, command: Command) -> str:
        """Of all that the object depends on. Mutants that do not compile are not part of it: where they stand in an
        object, their turn never comes."""
        digest = hashlib.sha256("\0".join([*command.words, *_FLAGS]).encode())
        for path in self._world.headers[command.object]:
            digest.update(f"{path}\0{self._digest_of(path)}\n".encode())
        return digest.hexdigest()[:32]

    def _digest_of(self, path: str) -> str:
        if path not in self._digests:
            file = self._files.get(path)
            self._digests[path] = file.digest if file else store.file_digest(paths.ROOT / path)
        return self._digests[path]

    def _overlay(self, texts: dict[str, Rewritten]) -> Path:
        """A file that puts the rewritten sources in the places of the others."""
        folder = self._folder / "sources"
        folder.mkdir(exist_ok=True)
        entries = []
        for path, rewritten in sorted(texts.items()):
            name = hashlib.sha256(rewritten.text.encode("latin-1")).hexdigest()[:24]
            real = folder / f"{name}{Path(path).suffix}"
            if not real.exists():
                store.write(real, rewritten.text.encode("latin-1"))
            entries.append({"type": "file", "name": str(paths.ROOT / path), "external-contents": str(real)})
        text = json.dumps({"version": 0, "use-external-names": False, "roots": entries})
        overlay = folder / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.yaml"
        if not overlay.exists():
            store.write(overlay, text)
        return overlay

    def _rewritten(self, path: str) -> Rewritten:
        with self._guard:
            gone = set(self._dropped[path])
        file = self._files[path]
        return rewrite(file.source.text, {number: mutant for number, mutant in file.mutants.items() if number not in gone})

    def _compile(self, command: Command, target: Path) -> None:
        """Compiles, and takes out what does not compile until the rest does."""
        used = [path for path in self._world.headers[command.object] if path in self._files]
        for _ in range(_MOST_ROUNDS):
            texts = {path: self._rewritten(path) for path in used}
            result = self._run(command, ["-ivfsoverlay", str(self._overlay(texts))], command.source, target)
            if result.returncode == 0:
                return
            guilty = _guilty(result.stderr, texts)
            if not guilty:
                break
            for path, numbers in guilty.items():
                self._drop(path, numbers)
        raise UserError(f"{command.source.relative_to(paths.ROOT)} does not compile with its mutants, and the messages do "
                        "not say which of them is to blame:", result.stderr[:4000])

    def _run(self, command: Command, more: list[str], source: Path, target: Path) -> subprocess.CompletedProcess:
        scratch = target.with_suffix(f".{threading.get_ident()}.o")
        result = subprocess.run([*command.words, *_FLAGS, *more, "-o", str(scratch), "-c", str(source)],
                                cwd=self._world.tree, capture_output=True, text=True, errors="replace")
        if result.returncode == 0:
            scratch.rename(target)
        return result

    def complaint(self, number: int, path: str) -> str:
        """What the compiler says where the mutant takes part in what is computed while compiling; empty if it does not
        mind. It looks at the files that are most likely to have something against it."""
        for command in self._world.users(path)[:_MOST_LOOKED_AT]:
            used = {one: self._rewritten(one) for one in self._world.headers[command.object] if one in self._files}
            result = subprocess.run([*command.words, *_FLAGS, "-ivfsoverlay", str(self._overlay(used)), "-fsyntax-only",
                                     f"-DLACUNA_MUTATE_WHILE_COMPILING={number}", "-c", str(command.source)],
                                    cwd=self._world.tree, capture_output=True, text=True, errors="replace")
            if result.returncode != 0:
                said = next((match for line in result.stderr.splitlines() if (match := _MESSAGE.match(line))
                             and "error" in match[4]), None)
                return f"{Path(said[1]).name}:{said[2]}: {said[5]}" if said else "does not compile"
        return ""

    def _compile_runtime(self, source: Path, like: Command) -> Path:
        digest = hashlib.sha256("\0".join(like.words).encode())
        for file in (source, RUNTIME / "lacuna_mutate.hpp"):
            digest.update(file.read_bytes())
        target = self._folder / "objects" / f"runtime-{digest.hexdigest()[:24]}.o"
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
            result = self._run(like, [], source, target)
            if result.returncode != 0:
                raise UserError(f"{source.relative_to(paths.ROOT)} does not compile:", result.stderr[:4000])
        return target


_AFTER_TEST = "_ZN6kernel4diag16audit_after_testEv"
_RUN_TESTS = "_ZN6kernel4test9run_testsERKNS0_10RunOptionsE"
LINK_FLAGS = {"host": [], "kernel": ["-Wl,--strip-debug", f"-Wl,--wrap={_AFTER_TEST}", f"-Wl,--wrap={_RUN_TESTS}"]}


def _guilty(messages: str, texts: dict[str, Rewritten]) -> dict[str, set[int]]:
    """The mutants to which the errors point, or the first note behind an error that points to some."""
    guilty: dict[str, set[int]] = {}
    looking = False
    for line in messages.splitlines():
        match = _MESSAGE.match(line)
        if not match:
            continue
        if "error" in match[4]:
            looking = True
        if not looking:
            continue
        path = match[1].removeprefix(f"{paths.ROOT}/")
        if path in texts and (numbers := texts[path].at(int(match[2]), int(match[3]))):
            guilty.setdefault(path, set()).update(numbers)
            looking = False
    return guilty
