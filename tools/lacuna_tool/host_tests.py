# SPDX-License-Identifier: MIT
"""Tests on the host: Catch2 under the sanitizers, one process for each suite."""

import os
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from lacuna_tool import paths
from lacuna_tool.console import tail
from lacuna_tool.results import Case, Status
from lacuna_tool.units import Unit

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


def execute(names: tuple[str, ...], mutant: str = "none") -> tuple[dict[str, Case], str]:
    """Runs Catch2 tests and reads their XML report, which a sanitizer may have cut short; also returns stderr."""
    environment = dict(os.environ, LACUNA_MUTANT=mutant, UBSAN_OPTIONS="print_stacktrace=1",
                       ASAN_SYMBOLIZER_PATH="/usr/bin/llvm-symbolizer-19")
    try:
        process = subprocess.run([paths.host_tests(), expression(names), "-r", "xml"], env=environment,
                                 text=True, errors="replace", capture_output=True, timeout=SUITE_SECONDS)
        report, errors = process.stdout, process.stderr
    except subprocess.TimeoutExpired as expired:
        report, errors = (expired.stdout or b"").decode(errors="replace"), f"no end after {SUITE_SECONDS} s"
    found, trouble = read_report(report)
    return found, errors + trouble


def expression(names: tuple[str, ...]) -> str:
    """What selects these tests on Catch2's command line."""
    return ",".join(name.replace("\\", "\\\\").replace(",", "\\,").replace("[", "\\[") for name in names)


def read_report(report: str) -> tuple[dict[str, Case], str]:
    """The outcome of each test in Catch2's XML, which may end early, and what is wrong with it."""
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
        return found, f"\nunreadable report: {error}"
    return found, ""


def run(unit: Unit) -> list[Case]:
    """Runs a suite on the host. Cases that never reported have failed."""
    wanted = tuple(f"{unit.suite}: {case}" for case in unit.cases)
    found, errors = execute(wanted)
    cases = [found.get(name) or Case(name, Status.FAILED, "did not finish\n" + tail(errors, 40)) for name in wanted]
    # Leaks are found at exit, when every case has passed.
    if "Sanitizer" in errors and all(case.status is not Status.FAILED for case in cases):
        cases.append(Case(f"{unit.suite}: sanitizers", Status.FAILED, tail(errors, 60)))
    return cases
