# SPDX-License-Identifier: MIT
"""`doctor`: says what the machine has and lacks; with --install, puts it right."""

import argparse
import json

from lacuna_tool import packages, paths, provision, source_package
from lacuna_tool.errors import Exit

GROUPS = (("build", packages.BUILD), ("emulator", packages.EMULATOR), ("host tests", packages.HOST_TESTS),
          ("mutants", packages.SYNTAX_TREE),
          ("host bench", packages.HOST_BENCH),
          ("ISO image", packages.ISO), ("Bochs", packages.BOCHS), ("clients", packages.CLIENTS),
          ("debugger", packages.DEBUGGER))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--install", action="store_true", help="install what is missing (as root)")


def run(options: argparse.Namespace) -> int:
    """The verb. Exit code 0 when nothing is missing."""
    everything = tuple(package for _, group in GROUPS for package in group)
    if options.install:
        provision.ensure(everything)
    lacking = packages.missing(everything)
    for title, group in GROUPS:
        absent = [package for package in group if package in lacking]
        print(f"{title:14} {'missing: ' + ' '.join(absent) if absent else 'ok'}")
    fetched = True
    for source in source_package.ALL:
        here = source.directory().is_dir()
        print(f"{source.title:14} {source.directory() if here else 'not fetched yet'}")
        fetched = fetched and here
    verdicts = paths.cache_dir() / "kvm.json"
    known = json.loads(verdicts.read_text()) if verdicts.exists() else {}
    kvm = "not tried yet" if not known else "boots the kernel" if any(known.values()) else "does not boot the kernel"
    print(f"{'KVM':14} {kvm}")
    if lacking or not fetched:
        print("\nrun `tools/lacuna doctor --install` as root, or any other verb: each installs what it needs")
        return Exit.FAILURE
    return Exit.SUCCESS
