# SPDX-License-Identifier: MIT
"""Chooses between KVM and TCG by booting, never by looking at /dev/kvm: it may open and yet run nothing."""

import json
import os
import platform
from pathlib import Path

from lacuna_tool import paths
from lacuna_tool.console import say
from lacuna_tool.errors import Exit, usage_error
from lacuna_tool.guest import Guest
from lacuna_tool.machine import Machine

CHOICES = ("auto", "tcg", "kvm")
PROBE_SECONDS = 10


def _boots_under_kvm(kernel: Path) -> bool:
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    verdicts = paths.cache_dir() / "kvm.json"
    key = f"{platform.node()} {platform.release()}"
    known = json.loads(verdicts.read_text()) if verdicts.exists() else {}
    if key not in known:
        say(f"trying KVM with a real boot (once, at most {PROBE_SECONDS} s)")
        machine = Machine(kernel=kernel, accelerator="kvm", command_line="autorun='poweroff'")
        with Guest(machine) as guest:
            known[key] = guest.finish(PROBE_SECONDS).verdict == Exit.SUCCESS
        verdicts.write_text(json.dumps(known))
    return known[key]


def choose(wanted: str, icount: bool, kernel: Path | None = None) -> str:
    """The accelerator for `wanted`; `kernel` is what to try KVM with. Counting instructions needs TCG."""
    if icount:
        if wanted == "kvm":
            raise usage_error("--icount counts emulated instructions: it cannot go with --accel kvm")
        return "tcg"
    if wanted != "auto":
        return wanted
    return "kvm" if _boots_under_kvm(kernel or paths.kernel_elf()) else "tcg"
