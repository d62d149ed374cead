# SPDX-License-Identifier: MIT
"""Runs one unit: `python3 -m lacuna_tool.unit ID [CASE...]`. This is what CTest calls."""

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from lacuna_tool import command_line, ktap, paths, results, system, units
from lacuna_tool.console import tail
from lacuna_tool.errors import Exit
from lacuna_tool.guest import Guest, Outcome
from lacuna_tool.machine import Machine
from lacuna_tool.qmp import Qmp, QmpError
from lacuna_tool.results import Case, Status
from lacuna_tool.units import Twin, Unit, World

SUITE_SECONDS = 300


def _failed_text(element: ElementTree.Element) -> str:
    lines = []
    for failure in element.iter():
        if failure.tag == "Expression" and failure.get("success") == "false":
            original, expanded = failure.findtext("Original", "").strip(), failure.findtext("Expanded", "").strip()
            place = f"{Path(failure.get('filename', '')).name}:{failure.get('line')}"
            lines.append(f"{place}: {original}" + (f"  [{expanded}]" if expanded != original else ""))
        elif failure.tag in ("Failure", "FatalErrorCondition"):
            lines.append((failure.text or "").strip())
    return "\n".join(lines)


def run_host(unit: Unit) -> list[Case]:
    """Runs a Catch2 suite and reads its XML report, which a sanitizer may have cut short."""
    environment = dict(os.environ, UBSAN_OPTIONS="print_stacktrace=1",
                       ASAN_SYMBOLIZER_PATH="/usr/bin/llvm-symbolizer-19")
    expression = ",".join(f"{unit.suite}: {case}".replace("\\", "\\\\").replace(",", "\\,").replace("[", "\\[")
                          for case in unit.cases)
    try:
        process = subprocess.run([paths.host_tests(), expression, "-r", "xml"], env=environment,
                                 text=True, errors="replace", capture_output=True, timeout=SUITE_SECONDS)
        report, errors = process.stdout, process.stderr
    except subprocess.TimeoutExpired as expired:
        report, errors = (expired.stdout or b"").decode(errors="replace"), f"no end after {SUITE_SECONDS} s"
    parser = ElementTree.XMLPullParser(events=("end",))
    found: dict[str, Case] = {}
    try:
        parser.feed(report)
        for _, element in parser.read_events():
            overall = element.find("OverallResult") if element.tag == "TestCase" else None
            if overall is None:
                continue
            name = element.get("name", "")
            # Catch2 2 has no SKIP: kernel/test/test.hpp spells it as a warning.
            skipped = overall.get("skips", "0") != "0" or element.find(".//Warning") is not None
            if overall.get("success") != "true":
                found[name] = Case(name, Status.FAILED, _failed_text(element))
            else:
                found[name] = Case(name, Status.SKIPPED if skipped else Status.PASSED)
    except ElementTree.ParseError as error:
        errors += f"\nunreadable report: {error}"
    wanted = [f"{unit.suite}: {case}" for case in unit.cases]
    cases = [found.get(name) or Case(name, Status.FAILED, "did not finish\n" + tail(errors, 40)) for name in wanted]
    # Leaks are found at exit, when every case has passed.
    if "Sanitizer" in errors and all(case.status is not Status.FAILED for case in cases):
        cases.append(Case(f"{unit.suite}: sanitizers", Status.FAILED, tail(errors, 60)))
    return cases


def _registers(socket: Path) -> str:
    try:
        with Qmp(socket, timeout=5) as qmp:
            return qmp.monitor("info registers -a")
    except (OSError, QmpError) as error:
        return f"(no registers: {error})"


def boot_tests(pattern: str, append: str = "") -> Outcome:
    """Boots the kernel to run the tests that `pattern` selects."""
    with tempfile.TemporaryDirectory(prefix="lacuna-") as name:
        socket = Path(name) / "qmp"
        options = command_line.compose(append, f"test={command_line.quoted(pattern)}")
        with Guest(Machine(kernel=paths.kernel_elf(), command_line=options, qmp=socket)) as guest:
            return guest.finish(SUITE_SECONDS, lambda: _registers(socket))


def _pattern(unit: Unit) -> str:
    whole = next((one for one in units.discover((World.BOOT,)) if one.id == unit.id), unit)
    if unit.cases == whole.cases:
        return f"{unit.suite}: *"
    return ",".join(f"{unit.suite}: {case}" for case in unit.cases)


def run_boot(unit: Unit) -> list[Case]:
    """Runs a suite in the kernel. Cases that never reported have failed."""
    outcome = boot_tests(_pattern(unit))
    cases, _ = ktap.parse(outcome.text)
    reported = {case.name for case in cases}
    wanted = [f"{unit.suite}: {case}" for case in unit.cases]
    cases = [case for case in cases if case.name in wanted]
    missing = [name for name in wanted if name not in reported]
    why = f"{outcome.verdict.name}: {outcome.remark}\n{tail(outcome.text, 60)}"
    for position, name in enumerate(missing):
        cases.append(Case(name, Status.FAILED, why if position == 0 else "did not run"))
    return cases


def run_twin(twin: Twin) -> list[Case]:
    """Passes if every test that the table names fails in the broken kernel: by its own check, by the audit
    after it, or by a panic while it runs."""
    outcome = boot_tests(",".join(twin.must_fail), twin.append)
    cases, _ = ktap.parse(outcome.text)
    status = {case.name: case.status for case in cases}
    blind = [name for name in twin.must_fail if status.get(name) in (Status.PASSED, Status.SKIPPED)]
    silent = [name for name in twin.must_fail if name not in status]
    name = f"twin.{twin.name}: is noticed"
    if blind:
        return [Case(name, Status.FAILED, f"with {twin.append} these tests still pass: {'; '.join(blind)}")]
    if silent and outcome.verdict != Exit.PANIC:
        return [Case(name, Status.FAILED, f"with {twin.append} these tests do not run: {'; '.join(silent)}\n"
                     f"{outcome.remark}\n{tail(outcome.text)}")]
    return [Case(name, Status.PASSED)]


def run(unit: Unit) -> list[Case]:
    """Runs the unit's cases."""
    if unit.world is World.HOST:
        return run_host(unit)
    if unit.world is World.BOOT:
        return run_boot(unit)
    if unit.world is World.TWIN:
        return run_twin(next(twin for twin in units.twins() if f"twin.{twin.name}" == unit.suite))
    return system.run(unit.suite, set(unit.cases))


def main(arguments: list[str]) -> int:
    """Runs the unit with the given id, or only the given cases of it."""
    unit_id, names = arguments[0], tuple(arguments[1:])
    whole = next(unit for unit in units.discover(units.worlds_of(unit_id)) if unit.id == unit_id)
    unit = Unit(whole.world, whole.suite, names or whole.cases)
    cases = run(unit)
    results.save(unit_id, cases)
    for case in cases:
        print(f"{case.status}: {case.name}" + (f"\n{case.detail}" if case.detail else ""))
    return Exit.FAILURE if any(case.status is Status.FAILED for case in cases) else Exit.SUCCESS


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
