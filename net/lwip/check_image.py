#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks a linked kernel: every variable of lwIP lies in .nsdata, the image that each namespace has for itself.

One that did not would be shared by all namespaces, silently: with link-time optimisation, for example, the linker
script's archive pattern matches nothing. The linker script asserts that the image is not empty; this looks at each
symbol.
"""

import argparse
import subprocess
import sys


def symbols(path, *options):
    """Yields (file, name, type, binding, section, value, size) as llvm-readelf prints a symbol table.

    `file` is what the FILE symbol before it says, which tells where a local symbol comes from.
    """
    text = subprocess.run(["llvm-readelf-19", "-sW", *options, path], check=True, capture_output=True, text=True).stdout
    source = ""
    for line in text.splitlines():
        fields = line.split()
        if len(fields) < 7 or not fields[0].rstrip(":").isdigit():
            if line.startswith("File:"):
                source = ""
            continue
        value, size, kind, binding, section = int(fields[1], 16), int(fields[2], 0), fields[3], fields[4], fields[6]
        name = fields[7] if len(fields) > 7 else ""
        if kind == "FILE":
            source = name
        yield source, name, kind, binding, section, value, size


def section_ranges(path):
    """Maps the name of each writable section of the ELF file to its half-open address range, by number too."""
    text = subprocess.run(["llvm-readelf-19", "-SW", path], check=True, capture_output=True, text=True).stdout
    ranges = {}
    for line in text.splitlines():
        number, bracket, rest = line.strip().removeprefix("[").partition("]")
        fields = rest.split()
        if not bracket or not number.strip().isdigit() or len(fields) < 8:
            continue
        name, start, size, flags = fields[0], int(fields[2], 16), int(fields[4], 16), fields[6]
        if "W" in flags and name != ".rodata":
            ranges[number.strip()] = (name, start, start + size)
    return ranges


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("elf")
    parser.add_argument("archive")
    arguments = parser.parse_args()

    # What lwIP defines: its source files, for local variables, and the names of its global ones.
    files, globals_ = set(), set()
    for source, name, kind, binding, section, _, _ in symbols(arguments.archive):
        if kind == "FILE":
            files.add(source)
        elif kind == "OBJECT" and binding == "GLOBAL" and section.isdigit():
            globals_.add(name)

    writable = section_ranges(arguments.elf)
    inside, stray = 0, []
    for source, name, kind, binding, section, value, _ in symbols(arguments.elf):
        if kind != "OBJECT" or section not in writable:
            continue
        ours = name in globals_ if binding == "GLOBAL" else binding == "LOCAL" and source in files
        if not ours:
            continue
        if writable[section][0] == ".nsdata":
            inside += 1
        else:
            stray.append(f"{name} ({source if binding == 'LOCAL' else 'global'}) at {value:#x} in {writable[section][0]}")
    if stray or inside < 50:
        print(f"lwIP's state must lie in .nsdata; {inside} variables do, and outside it:", *stray, sep="\n  ",
              file=sys.stderr)
        return 1
    print(f"{inside} variables of lwIP, all in .nsdata")
    return 0


if __name__ == "__main__":
    sys.exit(main())
