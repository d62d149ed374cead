# SPDX-License-Identifier: MIT
"""`tools/lacuna bench`: figures that repeat, files that can be read again, and one line for every mistake. It measures
the kernel of the other tests, assertions and all: what is tested is the tool."""

import argparse
import contextlib
import io
import json
from pathlib import Path

from lacuna_tool import cli
from lacuna_tool.bench import compare, document, setup, verb
from lacuna_tool.bench.figure import Figure, lines, parse
from lacuna_tool.bench.session import Session
from lacuna_tool.errors import Exit, UserError
from lacuna_tool.fixture import scratch
from lacuna_tool.system import case, check

GLOB = "pages.o0.pair,netns.create"


def _setup(policy: str = "") -> setup.Setup:
    return setup.Setup("tcg", icount=True, policy=policy, preset="kernel")


def _measure(policy: str = "") -> dict:
    session = Session(_setup(policy))
    names = [name for name in session.names if verb.matches(GLOB, name)]
    check(len(names) == 2, f"{GLOB} selects {names}")
    with contextlib.redirect_stdout(io.StringIO()):
        figures = verb.measure(session, names)
    return document.make(setup.context(session.setup, session.guest), figures)


def _complaint(action) -> str:
    try:
        action()
    except UserError as error:
        check(error.code == Exit.USAGE and "\n" not in str(error), f"not one line of wrong usage: {error!r}")
        return str(error)
    check(False, "no error")


def _options(**chosen: object) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    verb.add_arguments(parser)
    return argparse.Namespace(**(vars(parser.parse_args([])) | chosen))


@case("the same figures twice with --icount, to the last instruction")
def repeatable() -> None:
    first, second = (_measure()["benchmarks"] for _ in range(2))
    check(all(entry["value"] > 0 for entry in first), json.dumps(first))
    check(first == second, f"two runs differ:\n{json.dumps(first)}\n{json.dumps(second)}")


@case("no stream waits for a timer")
def streams_flow() -> None:
    # A quarter of a second, that of the delayed acknowledgement, is 30 instructions for each byte that is sent.
    session = Session(_setup())
    streams = [name for name in session.names if verb.matches("net.lo_*.tcp_bulk.*,net.veth_mtu*.tcp_bulk.*", name)]
    check(len(streams) >= 4, f"only these streams: {streams}")
    for name in streams:
        figure = session.take(name)
        check(not figure.failure and figure.median < 15, f"{name}: {figure.median} instructions a byte {figure.failure}")


@case("the file is read back, says what was measured on, and is its own equal")
def file() -> None:
    made = _measure("handover=copy")
    with scratch() as folder:
        document.write(folder / "f.json", made)
        again = document.read(folder / "f.json")
    context = again["context"]
    check(context["policies"]["handover"] == "copy" and context["icount"] is True, json.dumps(context))
    for key in ("date", "commit", "qemu", "cpu_model", "accelerator", "num_cpus", "assertions", "library_build_type"):
        check(key in context, f"the context lacks {key}")
    entry = again["benchmarks"][0]
    for key in ("name", "run_name", "run_type", "repetitions", "iterations", "real_time", "cpu_time", "time_unit"):
        check(key in entry, f"a benchmark lacks {key}")
    report = compare.report(made, again)
    check("not measured alike" not in report and report.count(" 1.00") == 2, report)


@case("a comparison says how the contexts differ, and shows the ratio")
def comparison() -> None:
    figure = Figure("a.b", "cycles", 10, (100, 120, 110))
    old = {"context": {"icount": True, "policies": {"isolation": "pgd"}, "date": "1"},
           "benchmarks": document.make({"icount": True}, [figure])["benchmarks"]}
    new = {"context": {"icount": True, "policies": {"isolation": "none"}, "date": "2"},
           "benchmarks": document.make({"icount": True}, [Figure("a.b", "cycles", 10, (220,))])["benchmarks"]}
    report = compare.report(old, new)
    check("policies.isolation: pgd -> none" in report and "date" not in report, report)
    check("2.00" in report, report)


@case("reads the kernel's lines, whatever stands between them")
def parsing() -> None:
    found = lines('boot\n@bench {"name":"a","unit":"cycles","operations":4,"samples":[8,9,7],"counters":{"c":[6,4]},'
                  '"events":{"invlpg":4,"stale-window-ns":50}}\n@bench {"name":"cut","un')
    check(len(found) == 1, str(found))
    figure = parse(found[0])
    check((figure.median, figure.least, figure.most) == (2, 1.75, 2.25), str(figure))
    check(figure.counters == {"c": 1.5} and figure.events == {"invlpg": 1, "stale-window-ns": 50}, str(figure))


@case("mistakes are one line each")
def mistakes() -> None:
    check("isolation" in _complaint(lambda: Session(_setup("isolation=perhaps"))), "a bad value")
    check("nonsense" in _complaint(lambda: Session(_setup("nonsense=1"))), "an unknown key")
    check("log" in _complaint(lambda: Session(_setup("log=warn"))), "an option that is no policy")
    check("key=value" in _complaint(lambda: Session(_setup("isolation"))), "no value")
    check("--smp" in _complaint(lambda: verb.open_session(_options(smp=99))), "too many processors")
    check("cannot read" in _complaint(lambda: document.read(Path("/no/such/file"))), "a missing file")
    with scratch() as folder:
        for text in ("no json", "[]", '{"context": {}}', '{"context": {}, "benchmarks": [{}]}'):
            (folder / "odd.json").write_text(text)
            check("odd.json" in _complaint(lambda: document.read(folder / "odd.json")), text)
    with contextlib.redirect_stderr(io.StringIO()) as stderr:
        status = cli.main(["bench", "--compare", "/no/such/file"])
    check(status == Exit.USAGE and len(stderr.getvalue().splitlines()) == 1, stderr.getvalue())
