# SPDX-License-Identifier: MIT
"""The virtual machine: one description, from which QEMU's command line follows."""

from dataclasses import dataclass, field
from pathlib import Path

from lacuna_tool.ports import Forward

QEMU = "qemu-system-x86_64"
EXIT_PORT = 0xF4


@dataclass
class Machine:
    """What to boot and with which devices; the defaults are those of `run --exec`."""

    kernel: Path | None = None
    command_line: str = ""
    initrd: Path | None = None
    iso: Path | None = None
    memory: str = "512M"
    cpus: int = 1
    cpu: str = "max"
    accelerator: str = "tcg"
    icount: bool = False
    forwards: list[Forward] = field(default_factory=list)
    netdev: str = ""  # replaces the user-mode network, as in "dgram,local.type=unix,..."
    nic: bool = True
    pcap: Path | None = None
    monitor: Path | None = None
    qmp: Path | None = None
    gdb: str = ""

    def _boot(self) -> list[str]:
        if self.iso:
            return ["-vga", "std", "-cdrom", str(self.iso)]
        boot = ["-vga", "none", "-kernel", str(self.kernel), "-append", self.command_line]
        return boot + (["-initrd", str(self.initrd)] if self.initrd else [])

    def _network(self) -> list[str]:
        if not self.nic:
            return []
        backend = self.netdev or ",".join(["user", *(forward.qemu() for forward in self.forwards)])
        kind, _, options = backend.partition(",")
        network = ["-netdev", f"{kind},id=net0" + (f",{options}" if options else ""),
                   "-device", "virtio-net-pci,netdev=net0,disable-legacy=on,romfile="]
        if self.pcap:
            network += ["-object", f"filter-dump,id=pcap,netdev=net0,file={self.pcap}"]
        return network

    def command(self, serial: list[str]) -> list[str]:
        """QEMU's command line; `serial` holds its options for the console."""
        command = [QEMU, "-nodefaults", "-no-user-config", "-machine", "q35", "-accel", self.accelerator,
                   "-cpu", self.cpu, "-m", self.memory, "-smp", str(self.cpus), "-display", "none", "-no-reboot",
                   "-device", f"isa-debug-exit,iobase={EXIT_PORT:#x},iosize=4"]
        command += serial + self._boot() + self._network()
        if self.icount:
            # sleep=off makes the whole run a function of its input: the figures repeat to the last instruction.
            command += ["-icount", "shift=0,sleep=off"]
        for option, path in (("-monitor", self.monitor), ("-qmp", self.qmp)):
            if path:
                command += [option, f"unix:{path},server=on,wait=off"]
        if self.gdb:
            command += ["-S", "-gdb", self.gdb]
        return command
