# SPDX-License-Identifier: MIT
"""Finds the mutants of files, and keeps what was found by the file's content."""

import dataclasses
import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from lacuna_tool import paths
from lacuna_tool.errors import UserError
from lacuna_tool.mutate import libclang, store
from lacuna_tool.mutate.compiling import Mutated
from lacuna_tool.mutate.functions import find
from lacuna_tool.mutate.mutant import Class, Form, Mutant
from lacuna_tool.mutate.source import Source
from lacuna_tool.mutate.worlds import Command, World

FILES = 256
PER_FILE = 2048  # both as in runtime/lacuna_mutate.hpp


def _kept(path: str) -> Path:
    return store.folder("found") / f"{path.replace('/', '+')}.json"


def _key(path: str) -> str:
    return f"{store.file_digest(paths.ROOT / path)} {store.tool_digest()}"


def _load(path: str) -> list[Mutant] | None:
    kept = _kept(path)
    known = json.loads(kept.read_text()) if kept.exists() else {}
    if known.get("key") != _key(path):
        return None
    return [Mutant(**{**entry, "mutant_class": Class(entry["mutant_class"]), "form": Form(entry["form"])})
            for entry in known["mutants"]]


def _find_in(command: Command, files: list[str]) -> dict[str, list[Mutant]]:
    """The mutants of `files`, all of which a command compiles."""
    unit = libclang.TranslationUnit(command.source, list(command.words[1:]), command.source.parent)
    if errors := unit.errors():
        raise UserError(f"libclang cannot read {command.source.relative_to(paths.ROOT)}:", "\n".join(errors[:5]))
    handles: dict[str, int] = {}
    for node in unit.root.children:
        if node.file and node.file not in handles.values():
            handles[libclang.file_name(node)] = node.file
    found = {path: find(unit.root, Source(paths.ROOT / path), path, handles.get(str(paths.ROOT / path), -1))
             for path in files}
    unit.close()
    return found


def _units(worlds: list[World], files: list[str]) -> list[tuple[Command, list[str]]]:
    """A source to read each file with."""
    by_command: dict[Path, tuple[Command, list[str]]] = {}
    for path in files:
        users = [command for world in worlds for command in world.users(path)[:1]]
        if users:
            by_command.setdefault(users[0].source, (users[0], []))[1].append(path)
    return list(by_command.values())


def mutants_of(worlds: list[World], files: list[str], jobs: int) -> dict[str, list[Mutant]]:
    """The mutants of each file; of one that no program is made of, none."""
    found = {path: known for path in files if (known := _load(path)) is not None}
    missing = _units(worlds, [path for path in files if path not in found])
    if missing:
        with ProcessPoolExecutor(jobs) as pool:
            for result in pool.map(_find_in, *zip(*missing)):
                for path, mutants in result.items():
                    entries = [dataclasses.asdict(mutant) for mutant in mutants]
                    store.write(_kept(path), json.dumps({"key": _key(path), "mutants": entries}))
                    found[path] = mutants
    return {path: found.get(path, []) for path in files}


def numbered(found: dict[str, list[Mutant]]) -> list[Mutated]:
    """Gives each mutant its number. A file keeps its place among the numbers, so that a change in one leaves the others'
    objects as they are."""
    record = store.folder() / "places.json"
    places: dict[str, int] = json.loads(record.read_text()) if record.exists() else {}
    free = [place for place in range(FILES) if place not in places.values()]
    for path in found:
        if path not in places:
            if not free:
                raise UserError(f"more than {FILES} files with mutants; remove build/mutate and name fewer")
            places[path] = free.pop(0)
    store.write(record, json.dumps(places))
    for path, mutants in found.items():
        if len(mutants) > PER_FILE:
            raise UserError(f"{path} has {len(mutants)} mutants and there is room for {PER_FILE}: split it")
    return [Mutated(path, Source(paths.ROOT / path),
                    {places[path] * PER_FILE + number: mutant for number, mutant in enumerate(mutants)})
            for path, mutants in found.items() if mutants]
