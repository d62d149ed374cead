# SPDX-License-Identifier: MIT
"""`run --exec`: the commands' output and nothing else, and an exit code that tells how it went."""

from lacuna_tool.errors import Exit
from lacuna_tool.fixture import execute
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


@case("comes to the shell in well under a second")
def boot_time() -> None:
    outcome = execute("poweroff", timeout=10)
    check(outcome.verdict == Exit.SUCCESS, f"{outcome.verdict.name} {outcome.remark}\n{outcome.text}")
