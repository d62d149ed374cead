# SPDX-License-Identifier: MIT
"""One ELF file, three ways in: PVH, and Multiboot2 from a GRUB image in QEMU and in Bochs."""

from lacuna_tool import bochs, command_line, iso, paths
from lacuna_tool.errors import Exit
from lacuna_tool.fixture import execute, scratch
from lacuna_tool.guest import Guest
from lacuna_tool.machine import Machine
from lacuna_tool.system import case, check

COMMANDS = "ns add red; ns list; audit; poweroff"


def _options(append: str = "") -> str:
    return command_line.compose(append, f"autorun={command_line.quoted(COMMANDS)}")


@case("the GRUB image boots in QEMU")
def iso_in_qemu() -> None:
    with scratch() as folder:
        image = iso.make(_options(), paths.DEFAULT_FILES, folder / "boot.iso")
        with Guest(Machine(iso=image)) as guest:
            outcome = guest.finish(120)
    check(outcome.verdict == Exit.SUCCESS, f"{outcome.verdict.name} {outcome.remark}\n{outcome.text}")
    check("red" in outcome.text, outcome.text)


@case("the GRUB image boots in Bochs")
def iso_in_bochs() -> None:
    with scratch() as folder:
        image = iso.make(_options(), paths.DEFAULT_FILES, folder / "boot.iso")
        outcome = bochs.run(image, "256M", 240)
    check(outcome.verdict == Exit.SUCCESS, f"{outcome.verdict.name} {outcome.remark}\n{outcome.text}")
    check("red" in outcome.text, outcome.text)


@case("4 KiB leaves everywhere")
def small_leaves() -> None:
    outcome = execute(COMMANDS, append="directmap.leaf=4K")
    check(outcome.verdict == Exit.SUCCESS, f"{outcome.verdict.name} {outcome.remark}\n{outcome.text}")


@case("a processor without SMEP, SMAP, 1 GiB pages and UMIP")
def old_processor() -> None:
    outcome = execute(COMMANDS, cpu="qemu64")
    check(outcome.verdict == Exit.SUCCESS, f"{outcome.verdict.name} {outcome.remark}\n{outcome.text}")


@case("more than 4 GiB of RAM")
def much_memory() -> None:
    outcome = execute(COMMANDS, memory="6G")
    check(outcome.verdict == Exit.SUCCESS, f"{outcome.verdict.name} {outcome.remark}\n{outcome.text}")


@case("64 MiB of RAM")
def little_memory() -> None:
    outcome = execute(COMMANDS, memory="64M")
    check(outcome.verdict == Exit.SUCCESS, f"{outcome.verdict.name} {outcome.remark}\n{outcome.text}")


@case("the same instruction count twice")
def deterministic() -> None:
    first, second = (execute("ns add red; stats", icount=True) for _ in range(2))
    check(first.verdict == second.verdict == Exit.SUCCESS, f"{first.remark}\n{first.text}")
    check(first.output == second.output, f"two runs differ:\n{first.text}\n---\n{second.text}")
