# SPDX-License-Identifier: MIT
"""The kernel that `tools/lacuna bench` measures: no assertions, no frame pointers, and optimised across the files of its
own and of lwIP. It is what the others are, but for its speed and for backtraces."""

import re

from lacuna_tool.errors import Exit
from lacuna_tool.fixture import console, execute
from lacuna_tool.system import case, check


@case("two namespaces talk, on one processor and on two, and the audit is clean")
def stacks() -> None:
    for cpus in (1, 2):
        outcome = execute("ns add red; ns add blue; ns exec red http start; ns exec blue fetch http://10.0.2.21/; "
                          "stress 2 2; audit", preset="bench", cpus=cpus)
        check(outcome.verdict == Exit.SUCCESS, f"{outcome.verdict.name} {outcome.remark}\n{outcome.text}")
        check("\n200 " in outcome.text and "audit: clean" in outcome.text, outcome.text)


@case("a touch of another's memory is caught, and the report says why it has no backtrace")
def fault() -> None:
    with console(preset="bench") as machine:
        machine.run("ns add red")
        address = re.search(r"0xffffa0[0-9a-f]+", machine.run("objects red"))
        check(address is not None, machine.text)
        report = machine.run(f"peek {address[0]}")
        audit = machine.run("audit")
    check("owner: namespace red" in report and "without frame pointers" in report, report)
    check("kernel::peek" in report, f"the instruction has no name:\n{report}")
    check("audit: clean" in audit, audit)
