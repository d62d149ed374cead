# SPDX-License-Identifier: MIT
"""TLB coherence on a CPU with PCIDs. Bochs executes the instructions, and honours global entries, which QEMU does not."""

import re

from lacuna_tool import bochs, command_line, iso, paths
from lacuna_tool.errors import Exit
from lacuna_tool.fixture import scratch
from lacuna_tool.system import case, check

# What moves frames between owners and switches between address spaces, on the real MMU.
SUITES = "arch.tlb,mm.tlb.hardware,mm.exclusive,mm.window.hardware,mm.direct_map.hardware,ns.stack"
PCIDS_IN_USE = "arch.tlb: PCIDs are in use where the CPU has them, and nowhere else"
GLOBAL_SEEN = "mm.exclusive: hardware: a page is readable by its owner alone"


def _run(options: str, suites: str = SUITES) -> str:
    with scratch() as folder:
        image = iso.make(command_line.compose(options, f"test={suites}"), paths.DEFAULT_FILES, folder / "boot.iso")
        outcome = bochs.run(image, "256M", 600)
    check(outcome.verdict == Exit.SUCCESS, f"{outcome.verdict.name} {outcome.remark}\n{outcome.text}")
    return outcome.text


def _verdict(text: str, test: str) -> str:
    """The result line of a test, without its number."""
    found = re.search(rf"^(ok|not ok) \d+ {re.escape(test)}(.*)$", text, re.MULTILINE)
    check(found is not None, f"no result of '{test}' in\n{text}")
    return f"{found[1]}{found[2]}".strip()


def _expect_passed(text: str) -> None:
    check("not ok" not in text, text)
    check(len(re.findall(r"^\s*ok \d+", text, re.MULTILINE)) > 10, f"hardly a test ran:\n{text}")


@case("suites pass in Bochs with PCIDs in use")
def with_pcids() -> None:
    for flush in ("batch", "sync"):
        text = _run(f"flush={flush}")
        _expect_passed(text)
        check(_verdict(text, PCIDS_IN_USE) == "ok", text)


@case("a window entry that is global is seen there")
def global_entry() -> None:
    text = _run("mutant=global-window-entry", "mm.exclusive")
    check(_verdict(text, GLOBAL_SEEN).startswith("not ok"), f"the twin went unnoticed:\n{text}")
