# SPDX-License-Identifier: MIT
"""Configures and builds CMake presets."""

import contextlib
import fcntl
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Iterator

from lacuna_tool import packages, paths, provision
from lacuna_tool.console import say, tail
from lacuna_tool.errors import UserError

PRESETS = ("kernel", "host", "bench", "host-bench")
# What a preset needs besides packages.RUN.
EXTRA_PACKAGES = {"host": packages.HOST_TESTS, "host-bench": packages.HOST_BENCH}


@contextlib.contextmanager
def _locked(preset: str) -> Iterator[None]:
    """Two invocations at once take turns with a build tree."""
    with open(paths.scratch_dir() / f"{preset}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _configuration(sources: dict[str, Path]) -> str:
    """What a build tree was configured from; when it changes, configure again."""
    return json.dumps({"sources": {name: str(path) for name, path in sources.items()}, "root": str(paths.ROOT),
                       "presets": (paths.ROOT / "CMakePresets.json").read_text()})


def _configure(preset: str, sources: dict[str, Path]) -> None:
    tree = paths.build_dir(preset)
    stamp = tree / ".configured"
    wanted = _configuration(sources)
    if (tree / "build.ninja").exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"configuring {preset}")
    folders = [f"-DLACUNA_{name.upper()}_DIR={path}" for name, path in sources.items()]
    command = ["cmake", "--preset", preset, *folders]
    # Over what is there first: a fresh start writes the precompiled header anew, and with it every file is compiled.
    for fresh in ([], ["--fresh"]):
        result = subprocess.run(command + fresh, cwd=paths.ROOT, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT)
        if result.returncode == 0:
            break
    if result.returncode != 0:
        raise UserError(f"cmake could not configure the preset {preset}:", tail(result.stdout, 60))
    stamp.write_text(wanted)


def _ninja(preset: str) -> None:
    """Builds, reporting progress in tenths; the whole output is shown only when it fails."""
    process = subprocess.Popen(["ninja", "-C", str(paths.build_dir(preset))], text=True, errors="replace",
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output, shown = [], 0
    for line in process.stdout:
        step = re.match(r"\[(\d+)/(\d+)\] ", line)
        if step:
            tenth = int(step[1]) * 10 // max(int(step[2]), 1)
            if int(step[2]) > 5 and tenth > shown:
                shown = tenth
                say(f"building {preset}: {step[1]}/{step[2]}")
            if "warning:" not in line and "error:" not in line:
                continue
        output.append(line)
    if process.wait() != 0:
        print("".join(output), file=sys.stderr)
        raise UserError(f"the preset {preset} does not build (see above)")


def build(preset: str, wanted: tuple[str, ...] = packages.RUN) -> None:
    """Sets up if need be, configures if need be, builds."""
    sources = provision.ensure(wanted)
    with _locked(preset):
        _configure(preset, sources)
        _ninja(preset)
