# SPDX-License-Identifier: MIT
"""Set-up: packages and foreign source. Done once; a stamp in the cache makes every later start cheap."""

import hashlib
import shutil
from pathlib import Path

from lacuna_tool import packages, paths, source_package

# A stamp may be older than the machine's present state; these are looked at every time.
PROGRAMS = ("clang++-19", "ld.lld-19", "llvm-ar-19", "cmake", "ninja", "qemu-system-x86_64")


def _stamp(wanted: tuple[str, ...]) -> Path:
    key = hashlib.sha256(" ".join(sorted(wanted)).encode()).hexdigest()[:16]
    return paths.cache_dir() / f"packages-{key}"


def ensure_packages(wanted: tuple[str, ...]) -> None:
    """Installs what is missing of `wanted`."""
    stamp = _stamp(wanted)
    if stamp.exists() and all(shutil.which(program) for program in PROGRAMS):
        return
    absent = packages.missing(wanted)
    if absent:
        packages.install(absent)
    stamp.write_text("\n".join(wanted) + "\n")


def ensure(wanted: tuple[str, ...]) -> dict[str, Path]:
    """Everything a build needs; returns the directories of foreign source by package."""
    ensure_packages(wanted)
    return {source.package: source_package.fetch(source) for source in source_package.ALL}
