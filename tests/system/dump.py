# SPDX-License-Identifier: MIT
"""The audit from outside: page tables read from a dump of the machine's memory."""

import re
import time
from pathlib import Path

from lacuna_tool import paths
from lacuna_tool.dump.paging import ADDRESS, Memory
from lacuna_tool.dump.rules import Audit, Report
from lacuna_tool.fixture import Console, console, scratch
from lacuna_tool.system import case, check

MEGABYTES = 128
SHOWN = 20


def dump_audit(machine: Console, folder: Path) -> Report:
    """Stops the machine, takes its memory, audits it, and lets the machine go on."""
    machine.qmp.execute("stop")
    registers = machine.qmp.monitor("info registers")
    (root,) = re.findall(r"CR3=([0-9a-f]+)", registers)
    path = folder / "memory"
    machine.qmp.execute("pmemsave", val=0, size=MEGABYTES << 20, filename=str(path))
    machine.qmp.execute("cont")
    return Audit(Memory(path.read_bytes()), paths.kernel_elf(), int(root, 16) & ADDRESS).run()


def _audited(commands: list[str], append: str = "") -> Report:
    with scratch() as folder, console(append, memory=f"{MEGABYTES}M") as machine:
        for command in commands:
            machine.run(command)
        report = dump_audit(machine, folder)
        for _ in range(3):
            if not _in_transition(report):
                break
            time.sleep(0.2)
            report = dump_audit(machine, folder)
        return report


def _in_transition(report: Report) -> bool:
    """Whether the machine may have been stopped while it freed a frame: unmapped already, in the frame table not yet.
    Such a frame nobody can reach, and a moment later it is free. Anything else in a report is never excused."""
    return bool(report.violations) and all("in the windows of nobody" in each for each in report.violations)


def _expect_clean(report: Report) -> None:
    check(not report.violations, f"{len(report.violations)} violations:\n" + "\n".join(report.violations[:SHOWN]))


TRAFFIC = ["ns add red", "ns add blue", "ns exec red http", "ns exec blue fetch http://10.0.2.21/index.html"]


@case("nothing of red in blue's page table, nor the other way round")
def after_traffic() -> None:
    report = _audited(TRAFFIC)
    _expect_clean(report)
    check(len(report.owners) >= 3, f"windows of domains {sorted(report.owners)}: expected init, red and blue")
    check(len(report.roots) >= 3, f"only {len(report.roots)} PGDs found")
    check(report.owned_frames > 50, f"only {report.owned_frames} exclusive frames found")


@case("the same, page by page")
def granularity_page() -> None:
    _expect_clean(_audited(TRAFFIC, "granularity=page"))


@case("the same, with a bounce buffer")
def handover_copy() -> None:
    _expect_clean(_audited(TRAFFIC, "handover=copy"))


@case("the same, with 4 KiB leaves")
def small_leaves() -> None:
    _expect_clean(_audited(TRAFFIC, "directmap.leaf=4K"))


@case("the same, with a copy of the direct map for each namespace")
def placement_clone() -> None:
    report = _audited(TRAFFIC, "placement=clone")
    _expect_clean(report)
    check(len(report.owners) >= 3, f"copies of domains {sorted(report.owners)}: expected init, red and blue")


@case("the same, with copies in 4 KiB leaves that are edited page by page")
def placement_clone_pages() -> None:
    _expect_clean(_audited(TRAFFIC, "placement=clone granularity=page directmap.leaf=4K"))


@case("the same, with protection keys")
def isolation_pks() -> None:
    report = _audited(TRAFFIC, "isolation=pks")
    _expect_clean(report)
    check(len(report.owners) >= 3, f"keys of domains {sorted(report.owners)}: expected init, red and blue")


@case("the same, without isolation: shared mappings agree and nothing is a hole")
def isolation_none() -> None:
    _expect_clean(_audited(TRAFFIC, "isolation=none"))


@case("after a namespace has gone, nothing of it is left")
def after_destruction() -> None:
    report = _audited([*TRAFFIC, "ns del red", "ns del blue"])
    _expect_clean(report)
    check(len(report.owners) <= 1, f"windows of domains {sorted(report.owners)} are left")


@case("a frame that stays in the direct map is seen")
def twin_direct_map() -> None:
    report = _audited(["ns add red"], "mutant=keep-direct-map")
    check(any(line.startswith("direct map: has frame") for line in report.violations), "the audit saw nothing")


@case("a page under everybody's key is seen")
def twin_wrong_key() -> None:
    report = _audited(["ns add red"], "isolation=pks mutant=pks-wrong-key")
    check(any("protection keys [0]" in line for line in report.violations), "the audit saw nothing")


@case("a page that goes free with its content is seen")
def twin_zeroing() -> None:
    report = _audited([*TRAFFIC, "ns del red"], "mutant=skip-zero-on-free")
    check(any(line.endswith("not zero") for line in report.violations), "the audit saw nothing")
