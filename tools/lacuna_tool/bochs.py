# SPDX-License-Identifier: MIT
"""Boots the GRUB image in Bochs, headless. Bochs honours global TLB entries, which QEMU's TCG does not."""

import subprocess
import tempfile
from pathlib import Path

from lacuna_tool import paths
from lacuna_tool.errors import Exit, usage_error
from lacuna_tool.guest import Outcome

# Debian builds Bochs with its debugger, which waits for commands: `c` lets the machine run. There is no
# display-less library; rfb with no wait for a client needs neither X nor a terminal.
_CONFIGURATION = """\
config_interface: textconfig
display_library: rfb, options="timeout=0"
memory: guest={memory}, host={memory}
cpu: model={model}, count=1, ips=100000000, reset_on_triple_fault=0
romimage: file="/usr/share/bochs/BIOS-bochs-latest"
vgaromimage: file="/usr/share/bochs/VGABIOS-lgpl-latest"
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=cdrom, path="{image}", status=inserted
boot: cdrom
clock: sync=none
sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy
com1: enabled=1, mode=file, dev="{console}"
log: "{log}"
panic: action=fatal
error: action=ignore
info: action=ignore
debug: action=ignore
"""
MODEL = "corei7_icelake_u"


def _megabytes(memory: str) -> int:
    try:
        return int(memory[:-1]) * {"M": 1, "G": 1024}[memory[-1].upper()]
    except (ValueError, KeyError):
        raise usage_error(f"--memory {memory}: Bochs wants a number with M or G") from None


def run(image: Path, memory: str, timeout: float, model: str = MODEL) -> Outcome:
    """Runs until the guest shuts the machine down. Bochs' own exit status says nothing, so the verdict is
    SUCCESS for a machine that ended without a panic, and the text has to show what it did."""
    with tempfile.TemporaryDirectory(dir=paths.scratch_dir(), prefix="bochs-") as name:
        folder = Path(name)
        console, log, commands = folder / "console", folder / "log", folder / "commands"
        commands.write_text("c\n")
        (folder / "bochsrc").write_text(_CONFIGURATION.format(
            memory=_megabytes(memory), model=model, image=image, console=console, log=log))
        try:
            subprocess.run(["bochs", "-q", "-f", str(folder / "bochsrc"), "-rc", str(commands)], timeout=timeout,
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            timed_out = False
        except subprocess.TimeoutExpired:
            timed_out = True
        output = console.read_bytes() if console.exists() else b""
        remarks = log.read_text(errors="replace") if log.exists() else ""
    if timed_out:
        return Outcome(Exit.TIMED_OUT, output, f"Bochs: no end after {timeout:g} s")
    if b"PANIC" in output or ">>PANIC<<" in remarks.replace(">>PANIC<< Shutdown port", ""):
        return Outcome(Exit.PANIC, output, "Bochs: the machine panicked")
    return Outcome(Exit.SUCCESS, output)
