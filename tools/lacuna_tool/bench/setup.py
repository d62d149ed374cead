# SPDX-License-Identifier: MIT
"""What the figures depend on: the machine that is emulated, and what can be said of it."""

import datetime
import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path

from lacuna_tool import paths
from lacuna_tool.machine import QEMU, Machine

# With ERMS, QEMU would count a `rep stosb` byte by byte; five-level tables are not Lacuna's. The peer's figures were
# taken on the same model.
EMULATED_CPU = "max,erms=off,la57=off"
MEANING = {
    "icount": "instructions, as QEMU counts them: they repeat exactly, and are not time. A load of CR3 or an INVLPG is "
              "one instruction, whatever it costs: weigh the events beside the figures",
    "tcg": "ticks of the host's clock under emulation: they say little; the events are exact. --icount gives figures "
           "that repeat",
    "kvm": "ticks of the processor's clock under hardware virtualisation: times",
}


@dataclass(frozen=True)
class Setup:
    """The machine and the options of a measurement."""

    accelerator: str
    icount: bool
    cpus: int = 1
    policy: str = ""
    memory: str = "512M"
    preset: str = "bench"

    @property
    def kind(self) -> str:
        return "icount" if self.icount else self.accelerator

    @property
    def meaning(self) -> str:
        return MEANING[self.kind]

    @property
    def cpu(self) -> str:
        return EMULATED_CPU if self.accelerator == "tcg" else "host"

    def machine(self, command_line: str) -> Machine:
        return Machine(kernel=paths.kernel_elf(self.preset), command_line=command_line, memory=self.memory, cpus=self.cpus,
                       cpu=self.cpu, accelerator=self.accelerator, icount=self.icount, nic=False)


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, cwd=paths.ROOT, text=True, capture_output=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _host_cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def context(setup: Setup, guest: dict) -> dict:
    """Google Benchmark's context, and all else that a figure depends on. `guest` is what the kernel says of itself."""
    return {
        "date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "executable": str(paths.kernel_elf(setup.preset).relative_to(paths.ROOT)),
        "num_cpus": setup.cpus,
        "mhz_per_cpu": guest["cycles_per_second"] // 1_000_000,
        "cpu_scaling_enabled": False,
        "caches": [],
        "load_avg": list(os.getloadavg()),
        "library_build_type": "debug" if guest["assertions"] else "release",
        "commit": _output("git", "rev-parse", "HEAD"),
        "changed_files": len([line for line in _output("git", "status", "--porcelain").splitlines() if line]),
        "accelerator": setup.accelerator,
        "icount": setup.icount,
        "qemu": _output(QEMU, "--version").splitlines()[0],
        "machine": "q35",
        "memory": setup.memory,
        "cpu_model": setup.cpu,
        "host_cpu": _host_cpu(),
        "assertions": guest["assertions"],
        "mutants": guest["mutants"],
        "lto": guest["lto"],
        "frame_pointers": guest["frame_pointers"],
        "cpu_features": {name: guest[name] for name in ("vendor", "pcid", "invpcid", "pages_1g")},
        "policies": guest["policies"],
        "meaning": setup.meaning,
    }
