# SPDX-License-Identifier: MIT
"""`run --exec`: the commands' output and nothing else, and an exit code that tells how it went."""

import re

from lacuna_tool.errors import Exit
from lacuna_tool.fixture import console, execute
from lacuna_tool.system import case, check


@case("leaves with success when every command succeeds")
def success() -> None:
    outcome = execute("help; ps; stats; audit")
    check(outcome.verdict == Exit.SUCCESS, f"{outcome.verdict.name} {outcome.remark}\n{outcome.text}")


@case("leaves with failure when one command fails, and runs the others")
def failure() -> None:
    outcome = execute("no-such-command; ns list")
    check(outcome.verdict == Exit.FAILURE, f"{outcome.verdict.name} {outcome.remark}\n{outcome.text}")
    check("init" in outcome.text, f"the second command printed nothing of init:\n{outcome.text}")


@case("prints no banner and no prompt")
def bare_output() -> None:
    outcome = execute("ns list")
    check("lacuna>" not in outcome.text, outcome.text)
    check(len(outcome.text.splitlines()) <= 4, f"more than the command's output:\n{outcome.text}")


@case("carries quotes and backslashes to the shell")
def quoting() -> None:
    outcome = execute("""echo no\\\\such 'two  words' "it's" """)
    check(outcome.verdict == Exit.SUCCESS, f"{outcome.verdict.name} {outcome.remark}\n{outcome.text}")
    check("no\\such two  words it's" in outcome.text, outcome.text)


@case("counts a line that cannot be taken apart as a failure")
def unfinished_quote() -> None:
    outcome = execute("echo before; echo 'never closed")
    check(outcome.verdict == Exit.FAILURE, f"{outcome.verdict.name} {outcome.remark}\n{outcome.text}")
    check("quote" in outcome.text, outcome.text)


@case("leaves with a code of its own when boot options do not go together, and says what to choose")
def refused() -> None:
    for options, advice in (("placement=clone isolation=pks", "placement=window"),
                            ("placement=clone isolation=none", "isolation=pgd")):
        outcome = execute("ns list", options)
        check(outcome.verdict == Exit.REFUSED, f"{options}: {outcome.verdict.name} {outcome.remark}\n{outcome.text}")
        check(advice in outcome.text and "init" not in outcome.text, f"{options}:\n{outcome.text}")


@case("without supervisor protection keys isolation=pks is refused, and the machine says what it needs")
def refused_without_keys() -> None:
    outcome = execute("ns list", "isolation=pks", cpu="qemu64")
    check(outcome.verdict == Exit.REFUSED, f"{outcome.verdict.name} {outcome.remark}\n{outcome.text}")
    check("-cpu max" in outcome.text, outcome.text)


@case("the sixteenth domain with isolation=pks is an error that names the limit and what to do")
def sixteen_domains() -> None:
    commands = "; ".join(f"ns add n{number}" for number in range(15))
    outcome = execute(f"{commands}; ns del n3; ns add again; audit", "isolation=pks")
    check(outcome.verdict == Exit.FAILURE, f"{outcome.verdict.name} {outcome.remark}\n{outcome.text}")
    check(outcome.text.count("holds 15 namespaces") == 1 and "isolation=pgd" in outcome.text, outcome.text)


@case("a fault under isolation=pks names the key as the reason, and the owner")
def key_fault() -> None:
    with console("isolation=pks") as machine:
        machine.run("ns add red")
        objects = machine.run("objects red")
        address = re.search(r"0xffffa0[0-9a-f]+", objects)
        check(address is not None, objects)
        report = machine.run(f"peek {address[0]}")
    check("protection key" in report and "namespace red" in report, report)


@case("a fault on an address in a namespace's mimalloc names the owner and the heap")
def heap_fault() -> None:
    with console("heap=mimalloc") as machine:
        machine.run("ns add red")
        objects = machine.run("objects red")
        segment = re.search(r"(0xffffa0[0-9a-f]+) 65536 mimalloc heap", objects)
        check(segment is not None, objects)
        report = machine.run(f"peek {int(segment[1], 16) + 0x5008:#x}")
        audit = machine.run("audit")
    check("namespace red" in report and "the page is heap-exclusive" in report, report)
    check("mimalloc heap; the address is +20488 from the start of a block of 64 KiB" in report, report)
    check("audit: clean" in audit, audit)


@case("comes to the shell in well under a second")
def boot_time() -> None:
    outcome = execute("poweroff", timeout=10)
    check(outcome.verdict == Exit.SUCCESS, f"{outcome.verdict.name} {outcome.remark}\n{outcome.text}")
