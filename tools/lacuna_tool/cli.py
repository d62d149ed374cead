# SPDX-License-Identifier: MIT
"""The command line: verbs and options, and one line for every error."""

import argparse
import sys

from lacuna_tool import build, doctor, gdb, iso, packages, run, testing
from lacuna_tool.bench import verb as bench
from lacuna_tool.errors import Exit, UserError, usage_error
from lacuna_tool.mutate import verb as mutate


class _Parser(argparse.ArgumentParser):
    """Reports wrong usage as one line."""

    def error(self, message: str) -> None:
        raise usage_error(f"{message}; see `tools/lacuna {self.prog.split(' ', 1)[-1]} --help`".replace(
            "tools/lacuna tools/lacuna", "tools/lacuna"))


def _build(options: argparse.Namespace) -> int:
    for preset in options.presets or ["kernel"]:
        if preset not in build.PRESETS:
            raise usage_error(f"no preset {preset}; there are {', '.join(build.PRESETS)}")
        build.build(preset, packages.RUN + build.EXTRA_PACKAGES.get(preset, ()))
    return Exit.SUCCESS


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="tools/lacuna", description="Sets up, builds, runs and tests the Lacuna kernel.")
    verbs = parser.add_subparsers(title="verbs", dest="verb", metavar="VERB", required=True, parser_class=_Parser)

    def verb(name: str, summary: str, add_arguments, action) -> None:
        sub = verbs.add_parser(name, help=summary, description=summary, allow_abbrev=False)
        add_arguments(sub)
        sub.set_defaults(action=action)

    verb("doctor", "say what the machine has and lacks", doctor.add_arguments, doctor.run)
    verb("build", "build presets (kernel if none is named)",
         lambda sub: sub.add_argument("presets", nargs="*", metavar="PRESET", help=", ".join(build.PRESETS)), _build)
    verb("run", "boot the kernel; the console is the terminal", run.add_arguments, run.run)
    verb("test", "run the tests: host, booted, twins, real clients", testing.add_arguments, testing.run)
    verb("mutate", "see which small faults the tests notice", mutate.add_arguments, mutate.run)
    verb("bench", "measure the kernel, and compare", bench.add_arguments, bench.run)
    verb("gdb", "boot under GDB", gdb.add_arguments, gdb.run)
    verb("iso", "make a GRUB image", iso.add_arguments, iso.run)
    return parser


def main(arguments: list[str]) -> int:
    """Runs one verb; returns the exit code of the process."""
    try:
        options = _parser().parse_args(arguments)
        return int(options.action(options))
    except UserError as error:
        if error.detail:
            print(error.detail, file=sys.stderr)
        print(f"lacuna: {error}", file=sys.stderr)
        return error.code
    except KeyboardInterrupt:
        print("lacuna: interrupted", file=sys.stderr)
        return Exit.INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return Exit.FAILURE
