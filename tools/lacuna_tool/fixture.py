# SPDX-License-Identifier: MIT
"""What system tests boot: machines to run commands in, and machines with a console to type at."""

import contextlib
import re
import tempfile
from pathlib import Path
from typing import Iterator

from lacuna_tool import command_line, cpio, paths
from lacuna_tool.console import tail
from lacuna_tool.guest import Guest, Outcome
from lacuna_tool.machine import Machine
from lacuna_tool.qmp import Qmp
from lacuna_tool.system import CheckFailed
from lacuna_tool.terminal import PROMPT

BOOT_SECONDS = 60
EXEC_SECONDS = 120
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


def plain(text: str) -> str:
    """Console text without colours and carriage returns."""
    return _ESCAPES.sub("", text)


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """A folder of the case's own. Its path is short: a Unix socket's name must be."""
    with tempfile.TemporaryDirectory(prefix="lacuna-") as name:
        yield Path(name)


def machine(folder: Path, options: str, files: Path = paths.DEFAULT_FILES, preset: str = "kernel",
            **devices: object) -> Machine:
    """A machine with `files` in its RAM file system and the kernel of a preset, which is built; `devices` are fields of
    Machine."""
    initrd = folder / "files.cpio"
    initrd.write_bytes(cpio.pack(files))
    return Machine(kernel=paths.kernel_elf(preset), command_line=options, initrd=initrd, **devices)


def execute(commands: str, append: str = "", timeout: float = EXEC_SECONDS, **devices: object) -> Outcome:
    """What `run --exec` does."""
    options = command_line.compose(append, f"autorun={command_line.quoted(commands)}")
    with scratch() as folder, Guest(machine(folder, options, **devices)) as guest:
        return guest.finish(timeout)


class Console:
    """A booted machine at its prompt."""

    def __init__(self, guest: Guest, qmp: Qmp):
        self.guest = guest
        self.qmp = qmp
        # The first prompt may be the first thing printed.
        self._position = self._wait_for(PROMPT, BOOT_SECONDS, 0)

    def _wait_for(self, text: str, timeout: float, start: int) -> int:
        position = self.guest.wait_for(text, timeout, start)
        if position < 0:
            raise CheckFailed(f"no prompt within {timeout:g} s; the console says:\n"
                              + tail(plain(self.guest.output.decode(errors="replace")), 40))
        return position

    @property
    def text(self) -> str:
        """Everything since power-on."""
        return plain(self.guest.output.decode(errors="replace"))

    def run(self, command: str, timeout: float = 60) -> str:
        """Types a command and returns what it printed."""
        start = self._position
        self.guest.send(command.encode() + b"\n")
        # At the start of a line only: the editor redraws the prompt within a line.
        self._position = self._wait_for("\n" + PROMPT, timeout, start)
        printed = plain(self.guest.output[start:self._position].decode(errors="replace"))
        _, _, printed = printed.partition("\n")  # the echo of the command
        return printed.removesuffix(PROMPT)


@contextlib.contextmanager
def console(append: str = "", **devices: object) -> Iterator[Console]:
    """Boots to the prompt."""
    with scratch() as folder:
        socket = folder / "qmp"
        with Guest(machine(folder, append, qmp=socket, **devices)) as guest, Qmp(socket) as qmp:
            yield Console(guest, qmp)
