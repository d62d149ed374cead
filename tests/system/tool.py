# SPDX-License-Identifier: MIT
"""The tool itself: what can be checked of it without a machine."""

import tempfile
from pathlib import Path
from unittest import mock

from lacuna_tool import apt_sources, boot_tests, command_line, cpio, ktap
from lacuna_tool.console import shortened
from lacuna_tool.errors import Exit
from lacuna_tool.guest import Outcome
from lacuna_tool.results import Status
from lacuna_tool.system import case, check


def _mirror(name: str, text: str) -> apt_sources.Source:
    with tempfile.TemporaryDirectory() as folder:
        parts = Path(folder) / "sources.list.d"
        parts.mkdir()
        (parts / name).write_text(text)
        return apt_sources.debian_mirror(Path(folder))


@case("finds the mirror in a deb822 stanza")
def deb822() -> None:
    source = _mirror("x.sources", "Enabled: no\nTypes: deb\nURIs: http://no/\nSuites: bookworm\nComponents: main\n\n"
                     "Types: deb deb-src\n# a comment\nURIs: http://one/debian\nSuites: bookworm bookworm-updates\n"
                     "Components: main contrib\nSigned-By:\n -----BEGIN\n .\n abc\n")
    check(source.uri == "http://one/debian" and "abc" in source.signed_by, str(source))


@case("finds the mirror in a one-line entry")
def one_line() -> None:
    source = _mirror("x.list", "# deb http://no/ bookworm main\ndeb http://sec/ bookworm-security main\n"
                     "deb [arch=amd64 signed-by=/k.gpg] http://two/debian bookworm main # note\n")
    check(source == apt_sources.Source("http://two/debian", "bookworm", "/k.gpg"), str(source))


@case("packs a folder the same way twice, aligned and with its trailer")
def archive() -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sub").mkdir()
        (Path(folder) / "sub" / "a.txt").write_bytes(b"12345")
        first, second = cpio.pack(Path(folder)), cpio.pack(Path(folder))
    check(first == second and len(first) % 512 == 0, "not reproducible")
    check(first.startswith(b"070701") and b"sub/a.txt\0" in first and b"TRAILER!!!" in first, "not a newc archive")


@case("quotes commands so that they come apart again")
def quoting() -> None:
    commands = "echo 'it\\s'; ns add  red"
    check(command_line.words(f"a=b autorun={command_line.quoted(commands)}") == ["a=b", f"autorun={commands}"],
          command_line.quoted(commands))


@case("reads KTAP with failures, skips and a missing end")
def report() -> None:
    cases, complete = ktap.parse("KTAP version 1\n1..4\nok 1 a: x\n# f.cpp:3: no\nnot ok 2 a: y\nok 3 z # SKIP why\n")
    check([item.status for item in cases] == [Status.PASSED, Status.FAILED, Status.SKIPPED], str(cases))
    check(not complete and "f.cpp:3" in cases[1].detail and cases[2].detail == "why", str(cases))


@case("boots once more when QEMU itself crashes, and says so; a second crash counts")
def second_boot() -> None:
    crash = Outcome(Exit.PANIC, b"", "QEMU was killed by signal 11", emulator_died=True)
    failure = Outcome(Exit.FAILURE, b"not ok 1 a: x\n")
    for boots, verdict in (([failure], Exit.FAILURE), ([crash, failure], Exit.FAILURE), ([crash, crash], Exit.PANIC)):
        with mock.patch.object(boot_tests, "_boot", side_effect=boots) as boot:
            outcome = boot_tests.execute("a: x")
        check(outcome.verdict == verdict and boot.call_count == len(boots), f"{outcome} after {boot.call_count} boots")
        check(("signal 11" in outcome.remark) == (crash in boots), f"the remark is '{outcome.remark}'")


@case("shows of a long log its beginning and its end, and says what is left out")
def shortening() -> None:
    lines = [f"line {number}" for number in range(100)]
    check(shortened("\n".join(lines), 2, 3).splitlines() == [*lines[:2], "[... 95 lines]", *lines[-3:]], "of 100 lines")
    check(shortened("a\nb\nc\nd\n", 2, 1) == "a\nb\nc\nd", "one line is left out for one that says so")
