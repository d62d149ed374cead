# SPDX-License-Identifier: MIT
"""Debian packages: which are needed for what, which are missing, and how they get installed."""

import os
import subprocess
from pathlib import Path

from lacuna_tool.console import say, tail
from lacuna_tool.errors import UserError

BUILD = ("clang-19", "lld-19", "llvm-19", "libc++-19-dev", "libc++abi-19-dev", "libclang-rt-19-dev",
         "cmake", "ninja-build", "python3")
EMULATOR = ("qemu-system-x86",)
HOST_TESTS = ("catch2",)
# The library alone: clang-19 depends on it, too.
SYNTAX_TREE = ("libclang1-19",)
ISO = ("grub-pc-bin", "grub-common", "xorriso", "mtools")
BOCHS = ("bochs", "bochsbios", "vgabios")
CLIENTS = ("curl", "iperf")
DEBUGGER = ("gdb",)
# Of the latter the run-time library: linking with it would put it in malloc's place (mm/host_bench).
HOST_BENCH = ("libbenchmark-dev", "libmimalloc2.0")

RUN = BUILD + EMULATOR
TEST = RUN + HOST_TESTS + SYNTAX_TREE + HOST_BENCH + ISO + BOCHS + CLIENTS


def missing(packages: tuple[str, ...]) -> list[str]:
    """The packages that dpkg does not have installed."""
    try:
        query = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *packages],
                               capture_output=True, text=True)
    except FileNotFoundError:
        raise UserError("dpkg-query not found: the set-up knows Debian 12 and later only; install by hand: "
                        + " ".join(packages)) from None
    installed = {line.split()[0] for line in query.stdout.splitlines() if line.endswith(" installed")}
    return [package for package in packages if package not in installed]


def _lists_are_missing() -> bool:
    return not any(Path("/var/lib/apt/lists").glob("*_Packages*"))


def _apt_get(*arguments: str) -> subprocess.CompletedProcess:
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive", LC_ALL="C.UTF-8")
    return subprocess.run(["apt-get", "-q", "-y", *arguments], env=environment, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def install(packages: list[str]) -> None:
    """Installs `packages` with apt-get, or says who can."""
    names = " ".join(packages)
    if os.geteuid() != 0:
        raise UserError("packages are missing and only root can install them; run this command once as root, or: "
                        f"apt-get install --no-install-recommends {names}")
    say(f"installing {len(packages)} packages with apt-get (once): {names}")
    updated = _lists_are_missing()
    if updated:
        _apt_get("update")
    result = _apt_get("install", "--no-install-recommends", *packages)
    if result.returncode != 0 and not updated:
        # Lists older than the mirror's pool name files that are gone: refresh them and try once more.
        _apt_get("update")
        result = _apt_get("install", "--no-install-recommends", *packages)
    if result.returncode != 0:
        raise UserError("apt-get could not install the packages; its last words were:", tail(result.stdout))
