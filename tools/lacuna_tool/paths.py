# SPDX-License-Identifier: MIT
"""Where things are: the repository, the build trees, the cache outside the tree."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_FILES = ROOT / "tools" / "files"
SYSTEM_TESTS = ROOT / "tests" / "system"
TWINS = ROOT / "tests" / "twins.json"
VARIANTS = ROOT / "tests" / "variants.json"


def build_dir(preset: str) -> Path:
    """The binary directory of a CMake preset (CMakePresets.json says the same)."""
    return ROOT / "build" / preset


def kernel_elf(preset: str = "kernel") -> Path:
    return build_dir(preset) / "lacuna.elf"


def host_tests() -> Path:
    return build_dir("host") / "lacuna-tests"


def host_bench() -> Path:
    return build_dir("host-bench") / "lacuna-host-bench"


def cache_dir() -> Path:
    """Downloads and verdicts that outlive a checkout; LACUNA_CACHE moves it."""
    override = os.environ.get("LACUNA_CACHE")
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    path = Path(override) if override else Path(base) / "lacuna"
    path.mkdir(parents=True, exist_ok=True)
    return path.resolve()


def scratch_dir() -> Path:
    """Logs, initial RAM file systems and results: thrown away with the build tree."""
    path = ROOT / "build" / "tool"
    path.mkdir(parents=True, exist_ok=True)
    return path
