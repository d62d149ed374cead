# SPDX-License-Identifier: MIT
"""`bench`: builds the measuring kernel, takes the figures that a glob names, and shows or writes them."""

import argparse
import fnmatch
from pathlib import Path

from lacuna_tool import accelerator, build, packages, paths
from lacuna_tool.bench import compare, document, host, peer, setup, table
from lacuna_tool.bench.figure import Figure
from lacuna_tool.bench.session import Session
from lacuna_tool.console import say
from lacuna_tool.errors import Exit, usage_error


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("glob", nargs="?", default="*", metavar="GLOB",
        help="which benchmarks: 'pages.*', 'pages' (all below it), several separated by commas (default: all)")
    add("--policy", action="append", default=[], metavar="'K=V ...'",
        help="policies in the kernel's words, such as 'isolation=none handover=copy'")
    add("--json", type=Path, metavar="FILE", help="write the figures there, in Google Benchmark's format")
    add("--icount", action="store_true", help="count instructions: figures that repeat exactly")
    add("--smp", type=int, default=1, metavar="N", help="processors (default %(default)s)")
    add("--compare", type=Path, metavar="OLD.json", help="show old, new and their ratio")
    add("--peer", action="store_true", help="put the figures beside Linux's and the goals (implies --icount)")
    add("--host", action="store_true",
        help="the allocators on this machine, without an emulator, beside mimalloc and malloc (with GLOB, --json, --list)")
    add("--list", action="store_true", help="list the benchmarks and run none")


def matches(globs: str, name: str) -> bool:
    """Whether a comma-separated list of globs selects `name`: by itself, or as something below it."""
    return any(fnmatch.fnmatchcase(name, glob) or name.startswith(f"{glob}.") for glob in globs.split(","))


def open_session(options: argparse.Namespace) -> Session:
    """Builds, and boots once to see what there is."""
    if not 1 <= options.smp <= 16:
        raise usage_error("--smp takes 1 to 16")
    build.build("bench", packages.RUN)
    chosen = accelerator.choose("tcg" if options.icount else "auto", options.icount, paths.kernel_elf("bench"))
    return Session(setup.Setup(chosen, options.icount, options.smp, " ".join(options.policy)))


def measure(session: Session, names: list[str]) -> list[Figure]:
    """Takes the figures one by one, and shows each as it comes."""
    figures = []
    width = len(str(len(names)))
    for name in names:
        figures.append(session.take(name))
        print(f"[{len(figures):{width}}/{len(names)}] {table.line(figures[-1], session.setup.icount)}", flush=True)
    return figures


def run(options: argparse.Namespace) -> int:
    """The verb. Exit code 1 if a figure could not be taken."""
    if options.host:
        if options.policy or options.icount or options.peer or options.compare or options.smp != 1:
            raise usage_error("--host goes with GLOB, --json and --list only")
        return host.run(lambda name: matches(options.glob, name), options.list, options.json)
    old = document.read(options.compare) if options.compare else None
    options.icount = options.icount or options.peer
    session = open_session(options)
    names = [name for name in session.names if matches(options.glob, name)]
    names = peer.wanted(names) if options.peer else names
    if not names:
        raise usage_error(f"no benchmark matches '{options.glob}'; `tools/lacuna bench --list` shows all")
    if options.list:
        print("\n".join(names))
        return Exit.SUCCESS
    context = setup.context(session.setup, session.guest)
    say(f"figures are {session.setup.meaning}")
    say(" ".join(f"{axis}={choice}" for axis, choice in context["policies"].items()))
    figures = measure(session, names)
    made = document.make(context, figures)
    if options.json:
        document.write(options.json, made)
    if options.peer:
        print(f"\n{peer.report(session, figures)}")
    if old:
        print(f"\n{compare.report(old, made)}")
    return Exit.FAILURE if any(figure.failure for figure in figures) else Exit.SUCCESS
