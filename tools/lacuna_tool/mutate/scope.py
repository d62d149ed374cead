# SPDX-License-Identifier: MIT
"""Which files have mutants: those on which the guarantee rests, what a path names, or what a change touches."""

import subprocess
from pathlib import Path

from lacuna_tool import paths
from lacuna_tool.errors import usage_error

# What is mutated when nothing is named: files and folders of the repository.
WHOLE = ("mm", "net/wire", "net/handover", "kernel/smp", "kernel/sync", "kernel/sched/cpu_scheduler.cpp",
         "kernel/sched/cpu_scheduler.hpp", "tools/lacuna_tool/dump")
# Where a path may lead. Elsewhere is what tests, measures or starts them.
_ANYWHERE = ("mm", "net", "kernel", "arch/x86_64", "arch/host", "tools/lacuna_tool/dump")
_NEVER = ("mm/testing", "mm/host_bench", "kernel/test", "kernel/bench", "kernel/base/runtime")
_TESTS = ("_test.cpp", "_hosttest.cpp", "_ktest.cpp", "_bench.cpp", "test.hpp")


def _git(*arguments: str) -> list[str] | None:
    """Lines of git's output; None if it fails, as without a repository."""
    result = subprocess.run(["git", "-C", str(paths.ROOT), *arguments], capture_output=True, text=True)
    return result.stdout.splitlines() if result.returncode == 0 else None


def _inside(path: str, folders: tuple[str, ...]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)


def may_be_mutated(path: str) -> bool:
    """Whether a file of the repository is code that tests look at."""
    return (path.endswith((".cpp", ".hpp", ".py")) and _inside(path, _ANYWHERE) and not _inside(path, _NEVER)
            and not path.endswith(_TESTS) and not path.endswith("__init__.py")
            and not (path.endswith(".py") and not path.startswith("tools/lacuna_tool/dump")))


def _files_below(place: str) -> list[str]:
    path = paths.ROOT / place
    if path.is_file():
        return [place]
    return sorted(str(file.relative_to(paths.ROOT)) for file in path.rglob("*") if file.is_file())


def named(places: list[str]) -> list[str]:
    """The files that `places`, paths in the repository or from where the user is, name; all of WHOLE for none."""
    found: dict[str, None] = {}
    for place in places or WHOLE:
        absolute = next((path for path in (paths.ROOT / place, Path(place).resolve()) if path.exists()), None)
        if absolute is None:
            raise usage_error(f"no file or folder {place}")
        if not absolute.is_relative_to(paths.ROOT):
            raise usage_error(f"{place} is not in the repository")
        files = [file for file in _files_below(str(absolute.relative_to(paths.ROOT))) if may_be_mutated(file)]
        if not files and places:
            raise usage_error(f"nothing to mutate in {place}: code in {', '.join(_ANYWHERE)}, tests apart, has mutants")
        found |= dict.fromkeys(files)
    return list(found)


def changed(base: str | None) -> list[str] | None:
    """The files of WHOLE that differ from a revision, by default the one before the last, uncommitted changes included; None
    if there is no such revision, as without git."""
    revision = base or "HEAD~1"
    differing = _git("diff", "--name-only", "--diff-filter=d", revision, "--")
    new = _git("ls-files", "--others", "--exclude-standard")
    if differing is None or new is None:
        if base:
            raise usage_error(f"git does not know the revision {base}")
        return None
    return sorted(path for path in {*differing, *new} if _inside(path, WHOLE) and may_be_mutated(path))
