# SPDX-License-Identifier: MIT
"""`run`: builds, packs the files, boots, and gives the console to the user or to `--exec`."""

import argparse
import sys
from pathlib import Path

from lacuna_tool import accelerator, bochs, build, command_line, cpio, iso, packages, paths, ports, terminal
from lacuna_tool.console import say
from lacuna_tool.errors import Exit, UserError, usage_error
from lacuna_tool.guest import Guest, Outcome
from lacuna_tool.machine import Machine


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--files", type=Path, default=paths.DEFAULT_FILES, metavar="DIR", help="folder that the HTTP servers serve")
    add("--exec", dest="commands", metavar="COMMANDS",
        help="run these shell commands (separated by ;), print their output, power off; "
             "exit 0: all succeeded, 1: one failed, 2: panic, 3: boot options refused, 124: time-out")
    add("--timeout", type=float, default=120, metavar="SECONDS", help="for --exec (default %(default)s)")
    add("--append", default="", metavar="OPTIONS", help="more options for the kernel's command line")
    add("--smp", type=int, default=1, metavar="N", help="processors (default %(default)s)")
    add("--memory", default="512M", metavar="SIZE", help="RAM (default %(default)s)")
    add("--cpu", default="max", metavar="MODEL", help="QEMU's processor model (default %(default)s)")
    add("--icount", action="store_true", help="deterministic instruction counting")
    add("--accel", choices=accelerator.CHOICES, help="default: auto, and tcg with --exec")
    add("--forward", action="append", default=[], metavar="PORT:ADDRESS:PORT",
        help="forward a loopback port (0: a free one) to a guest address and port; may be repeated")
    add("--netdev", default="", metavar="SPEC",
        help="QEMU back-end for the network device in place of user,..., for example "
             "dgram,local.type=unix,local.path=A,remote.type=unix,remote.path=B")
    add("--pcap", type=Path, metavar="FILE", help="record the frames of the uplink")
    add("--monitor", type=Path, metavar="SOCKET", help="QEMU's monitor on a Unix socket")
    add("--qmp", type=Path, metavar="SOCKET", help="QEMU's machine protocol on a Unix socket")
    add("--iso", action="store_true", help="boot the GRUB image instead of the ELF file")
    add("--bochs", action="store_true", help="boot the GRUB image in Bochs (no network)")
    add("--print", dest="print_only", action="store_true", help="print QEMU's command line and do not run it")


def _check(options: argparse.Namespace) -> None:
    if not options.files.is_dir():
        raise usage_error(f"no folder at {options.files}; give one with --files DIR")
    if not 1 <= options.smp <= 16:
        raise usage_error("--smp takes 1 to 16")
    if options.timeout <= 0:
        raise usage_error("--timeout takes a positive number of seconds")
    if options.netdev and options.forward:
        raise usage_error("--forward needs the user-mode network: leave --netdev out")


def _kernel_options(options: argparse.Namespace) -> str:
    mode = "demo=yes" if options.commands is None else f"autorun={command_line.quoted(options.commands)}"
    return command_line.compose(options.append, mode)


def _initrd(folder: Path) -> Path:
    archive = cpio.pack(folder)
    path = paths.scratch_dir() / "files.cpio"
    if not path.exists() or path.read_bytes() != archive:
        fresh = path.with_suffix(".new")
        fresh.write_bytes(archive)
        fresh.replace(path)
    return path


def _forwards(options: argparse.Namespace) -> list[ports.Forward]:
    if options.netdev:
        return []
    if options.forward:
        return [ports.parse_forward(text) for text in options.forward]
    return ports.demo_forwards() if options.commands is None else []


def _machine(options: argparse.Namespace) -> Machine:
    interactive = options.commands is None
    machine = Machine(kernel=paths.kernel_elf(), command_line=_kernel_options(options), initrd=_initrd(options.files),
                      memory=options.memory, cpus=options.smp, cpu=options.cpu, icount=options.icount,
                      netdev=options.netdev, pcap=options.pcap, monitor=options.monitor, qmp=options.qmp,
                      forwards=_forwards(options))
    machine.accelerator = accelerator.choose(options.accel or ("auto" if interactive else "tcg"), options.icount)
    if options.iso or options.bochs:
        machine.iso = iso.make(machine.command_line, options.files)
    return machine


def _announce(machine: Machine) -> None:
    for forward in machine.forwards:
        scheme = "http" if forward.guest_port == 80 else forward.protocol
        print(f"{scheme}://{ports.HOST}:{forward.host_port}/  ({forward.label}: "
              f"{forward.guest_address}:{forward.guest_port})", file=sys.stderr if machine.command_line.find(
                  "autorun=") >= 0 else sys.stdout, flush=True)


def _execute(machine: Machine, timeout: float) -> Outcome:
    def show(chunk: bytes) -> None:
        sys.stdout.buffer.write(chunk.replace(b"\r", b""))
        sys.stdout.buffer.flush()

    with Guest(machine, show) as guest:
        return guest.finish(timeout)


def run(options: argparse.Namespace) -> int:
    """The verb. Returns the tool's exit code."""
    _check(options)
    wanted = packages.RUN + (packages.ISO if options.iso or options.bochs else ())
    build.build("kernel", wanted + (packages.BOCHS if options.bochs else ()))
    machine = _machine(options)
    if options.print_only:
        print(" ".join(machine.command(["-serial", "stdio"])))
        return Exit.SUCCESS
    _announce(machine)
    if options.bochs:
        outcome = bochs.run(machine.iso, machine.memory, options.timeout)
        print(outcome.text, end="")
    elif options.commands is not None:
        outcome = _execute(machine, options.timeout)
    else:
        say(f"QEMU, {machine.accelerator}; leave with `poweroff`, or Ctrl-A X")
        outcome = terminal.interact(machine)
    if outcome.remark:
        say(outcome.remark)
    if outcome.remark.startswith("QEMU failed") and not outcome.output:
        raise UserError("QEMU did not start; check the options given (--cpu, --memory, --netdev, ...)")
    return outcome.verdict
