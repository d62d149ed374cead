# SPDX-License-Identifier: MIT
"""`gdb`: the machine stopped at its first instruction, and GDB attached with the kernel's symbols."""

import argparse
import subprocess
import tempfile
from pathlib import Path

from lacuna_tool import build, command_line, cpio, packages, paths, ports
from lacuna_tool.console import say
from lacuna_tool.errors import Exit
from lacuna_tool.machine import Machine


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--append", default="", metavar="OPTIONS", help="more options for the kernel's command line")
    add("--exec", dest="commands", metavar="COMMANDS", help="shell commands to run once it boots")
    add("--smp", type=int, default=1, metavar="N", help="processors (default %(default)s)")
    add("--command", action="append", default=[], metavar="GDB-COMMAND", help="GDB command to start with")
    add("--batch", action="store_true", help="leave GDB after the commands")


def run(options: argparse.Namespace) -> int:
    """The verb. Variables of lwIP resolve through the loaded page table: they are the running namespace's."""
    build.build("kernel", packages.RUN + packages.DEBUGGER)
    console = paths.scratch_dir() / "gdb-console.log"
    mode = f"autorun={command_line.quoted(options.commands)}" if options.commands else "demo=yes"
    with tempfile.TemporaryDirectory(prefix="lacuna-") as name:
        socket, initrd = Path(name) / "gdb", Path(name) / "files.cpio"
        initrd.write_bytes(cpio.pack(paths.DEFAULT_FILES))
        machine = Machine(kernel=paths.kernel_elf(), command_line=command_line.compose(options.append, mode),
                          initrd=initrd, cpus=options.smp, gdb=f"unix:{socket},server=on,wait=off",
                          forwards=[] if options.commands else ports.demo_forwards())
        # A session of its own: Ctrl-C in GDB must stop the guest, not the emulator.
        emulator = subprocess.Popen(machine.command(["-serial", f"file:{console}"]), start_new_session=True,
                                    stdin=subprocess.DEVNULL)
        say(f"the guest's console is in {console}; set breakpoints with hbreak until paging is on, then `continue`")
        command = ["gdb", "-q", str(paths.kernel_elf()), "-ex", f"target remote {socket}"]
        for text in options.command:
            command += ["-ex", text]
        try:
            return subprocess.run(command + (["-batch"] if options.batch else [])).returncode and Exit.FAILURE
        finally:
            emulator.kill()
            emulator.wait()
